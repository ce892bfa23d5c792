import Journeys
import Platform

/// The settings of one start: flags before the environment, before the file, before the defaults.
public struct EffectiveSettings: Sendable {
    public enum Source: Sendable, Equatable {
        case preset
        case file(String)
        case environment
        case flag

        /// As `tessera config` shows it.
        public var text: String {
            switch self {
            case .preset: "default"
            case .file(let path): path
            case .environment: "environment"
            case .flag: "flag"
            }
        }
    }

    public struct Entry: Sendable {
        public let setting: Setting
        /// Nil when it is not set and has no default.
        public let value: JSON?
        public let source: Source

        /// How the one who gave it calls it.
        var place: String {
            switch source {
            case .preset, .flag: setting.flag
            case .environment: setting.variable
            case .file(let path): "\(path): \(setting.name)"
            }
        }

        /// The value for people and programs: no secret. Who writes a plugin can make secrets of its settings: only those
        /// of `sync`, which is ours and has none, are shown.
        public var shown: JSON? {
            guard let value else { return nil }
            if setting.isSecret { return "********" }
            guard case .map = setting.kind, case .object(let members) = value else { return value }
            return .object(
                Dictionary(
                    uniqueKeysWithValues: members.map { ($0, $0.hasPrefix("sync.") ? $1 : "********") }))
        }
    }

    /// In the order of the table.
    public let entries: [Entry]

    /// Reads and checks all that is given.
    ///
    /// - Parameters:
    ///   - flags: the values of each flag that is given, by the setting's name.
    ///   - environment: all variables.
    ///   - file: the file that `--config` names; else `TESSERA_CONFIG`, else `tessera.json` in the data directory if it
    ///     is there.
    /// - Throws: `SettingError`, which names the setting and the remedy.
    public init(flags: [String: [String]], environment: [String: String], file: String? = nil) throws(SettingError) {
        try Self.refuseMistyped(environment)
        let data = flags["data"]?.last ?? environment["TESSERA_DATA"]
        let found = data.map { $0 + "/tessera.json" }.flatMap { Files.exists($0) ? $0 : nil }
        let path = file ?? environment["TESSERA_CONFIG"].flatMap { $0.isEmpty ? nil : $0 } ?? found
        let members = try path.map(Self.read) ?? [:]
        var entries: [Entry] = []
        for setting in Settings.all {
            var entry = Entry(setting: setting, value: setting.preset, source: .preset)
            if let path, let value = members[setting.name] {
                if setting.isSecret {
                    throw SettingError(
                        "\(path): \(setting.name) must not stand in a file: set \(setting.variable) in the environment")
                }
                entry = Entry(setting: setting, value: value, source: .file(path))
            }
            do throws(SettingError) {
                if let text = environment[setting.variable], !text.isEmpty {
                    let texts = setting.isRepeatable ? text.split(separator: ",").map(String.init) : [text]
                    entry = Entry(setting: setting, value: nil, source: .environment)
                    entry = Entry(setting: setting, value: try setting.value(of: texts), source: .environment)
                }
                if let texts = flags[setting.name] {
                    entry = Entry(setting: setting, value: nil, source: .flag)
                    entry = Entry(setting: setting, value: try setting.value(of: texts), source: .flag)
                }
                if let value = entry.value { try setting.check(value) }
            } catch {
                throw SettingError("\(entry.place) \(error.message)")
            }
            entries.append(entry)
        }
        self.entries = entries
        _ = try configuration()
    }

    /// What the gateway starts with; the data directory may still be empty.
    /// - Throws: `SettingError`.
    public func configuration(_ base: GatewayConfiguration? = nil) throws(SettingError) -> GatewayConfiguration {
        var configuration = base ?? Settings.presets
        for entry in entries {
            guard let value = entry.value else { continue }
            do throws(SettingError) {
                try entry.setting.use(value, &configuration)
            } catch {
                throw SettingError("\(entry.place) \(error.message)")
            }
        }
        if let tls = configuration.server.tls, tls.certificate.isEmpty || tls.key.isEmpty {
            throw SettingError("--tls-certificate and --tls-key belong together: give both or neither")
        }
        return configuration
    }

    private static func read(_ path: String) throws(SettingError) -> [String: JSON] {
        let text: [UInt8]
        do { text = try Files.read(path) } catch { throw SettingError("\(error)") }
        var limits = JSONLimits()
        limits.allowsRepeatedKeys = false
        let json: JSON
        do { json = try JSON.parse(text, limits: limits) } catch { throw SettingError("\(path) is \(error.message)") }
        guard case .object(let members) = json else {
            throw SettingError("\(path) must hold a JSON object, not \(json.kindName)")
        }
        let known = Settings.all.map(\.name)
        for name in members.keys.sorted() where !known.contains(name) {
            throw SettingError(
                "\(path): there is no setting '\(name)'\(NearNames.phrase(for: name, among: known)) "
                    + "(tessera config lists them)")
        }
        return members
    }

    /// Variables of our name that are no setting belong to other programs, but one that is close to a setting is a mistake.
    private static func refuseMistyped(_ environment: [String: String]) throws(SettingError) {
        let known = Settings.all.map(\.variable) + ["TESSERA_CONFIG"]
        for name in environment.keys.sorted() where name.hasPrefix("TESSERA_") && !known.contains(name) {
            if others.contains(name) { continue }
            let near = NearNames.find(String(name.dropFirst(8)), among: known.map { String($0.dropFirst(8)) })
            guard let first = near.first else { continue }
            throw SettingError(
                "\(name) is no setting: did you mean TESSERA_\(first)? Unset it if it is another program's")
        }
    }

    /// Of the commands that talk to a gateway, and of scripts.
    private static let others: Set<String> = [
        "TESSERA_URL", "TESSERA_KEY", "TESSERA_CA_FILE", "TESSERA_WORKSPACE", "TESSERA_PREFIX",
    ]
}
