import Gateway
import Journeys

/// `tessera config`: what the settings of a start come to.
enum ConfigCommand {
    static let usage = """
        usage: tessera config [--json | --documentation] [OPTION of serve]…

        Shows every setting of the gateway: its value with these options, this environment and the file, where the value is from, the default
        and what it means. Nothing is started. Secrets are not shown.

          --json                      for programs
          --documentation             print Documentation/configuration.md
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("config", usage: usage) { () throws(Options.Misuse) in
            try ServeOptions.parse(arguments, flags: ["--json", "--documentation"])
        } _: { options in
            if options.has("--documentation") {
                // The page ends with a line feed of its own.
                return Terminal.print(String(SettingsDocument.markdown.dropLast()))
            }
            let settings = try ServeOptions.settings(options)
            if options.has("--json") {
                return Terminal.print(
                    String(decoding: JSON.array(settings.entries.map(json)).indented().dropLast(), as: UTF8.self))
            }
            let rows = settings.entries.map { entry in
                (
                    cells: [entry.setting.name, text(entry.shown), entry.source.text, text(entry.setting.preset)],
                    note: entry.setting.meaning
                )
            }
            Terminal.print(TextTable.text(["SETTING", "VALUE", "FROM", "DEFAULT"], rightAligned: [], rows))
        }
    }

    private static func json(_ entry: EffectiveSettings.Entry) -> JSON {
        [
            "name": .string(entry.setting.name), "value": entry.shown ?? .null, "from": .string(entry.source.text),
            "default": entry.setting.preset ?? .null,
            "flag": entry.setting.isSecret ? .null : .string(entry.setting.flag),
            "variable": .string(entry.setting.variable), "meaning": .string(entry.setting.meaning),
        ]
    }

    private static func text(_ value: JSON?) -> String {
        switch value {
        case nil: "-"
        case .string(let text)?: text
        case .array(let elements)?: elements.isEmpty ? "-" : elements.compactMap(\.stringValue).joined(separator: ",")
        case .object(let members)?:
            members.isEmpty
                ? "-"
                : members.sorted { $0.key < $1.key }.map { "\($0)=\($1.stringValue ?? "")" }.joined(separator: ",")
        case let value?: value.text
        }
    }
}
