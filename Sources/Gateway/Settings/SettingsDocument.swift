import Journeys

/// The table of settings for people: `tessera serve --help` and Documentation/configuration.md.
public enum SettingsDocument {
    /// A line or two for each flag.
    public static let usage: String = Settings.all.filter { !$0.isSecret }.map { setting in
        let head = "  \(setting.flag) \(setting.placeholder)"
        let gap = String(repeating: " ", count: max(1, 30 - head.count))
        let more = setting.isRepeatable ? "; may be repeated" : ""
        let preset = preset(setting).map { " (\($0))" } ?? ""
        return head + gap + setting.meaning + more + preset
    }.joined(separator: "\n")

    /// Documentation/configuration.md, which `tessera config --documentation` prints.
    public static let markdown: String = """
        # Configuration

        `tessera serve` takes each setting from the first of these that has it: a flag, the environment, a file, the default. The file is a
        JSON object, `{"max_tiles": 200, "allow_destination": ["10.1.0.0/16"]}`: the one that `--config FILE` or `TESSERA_CONFIG` names, else
        `tessera.json` in the data directory. What is unknown or out of range ends the start with the setting's name and the remedy. A list
        is a flag that may be repeated, commas in the environment, and an array in the file; of two places the first counts alone.

        `tessera config` with the arguments of `serve` shows what they would come to: each setting, its value, where that is from, its default and
        what it means; `--json` for programs. Secrets are never shown. Changes take effect at the next start.

        This page is `tessera config --documentation`.

        | in the file | flag | environment | default | meaning |
        |---|---|---|---|---|
        \(Settings.all.map(row).joined(separator: "\n"))

        """

    private static func row(_ setting: Setting) -> String {
        let flag =
            setting.isSecret ? "" : "`\(setting.flag) \(setting.placeholder)`\(setting.isRepeatable ? ", again" : "")"
        var meaning = setting.meaning
        switch setting.kind {
        case .number(let range): meaning += " (\(range.lowerBound) to \(range.upperBound))"
        case .choice(let names): meaning += " (\(names.joined(separator: ", ")))"
        case .truth: meaning += " (true, false)"
        case .text, .list, .map: break
        }
        return "| \(setting.isSecret ? "" : "`\(setting.name)`") | \(flag) | `\(setting.variable)` | "
            + "\(preset(setting).map { "`\($0)`" } ?? "") | \(meaning) |"
    }

    /// Nil where nothing is the default.
    private static func preset(_ setting: Setting) -> String? {
        switch setting.preset {
        case nil, .array([])?, .object([:])?: nil
        case .string(let text)?: text
        case let value?: value.text
        }
    }
}
