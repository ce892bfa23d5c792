import Gateway
import Glibc

/// The arguments of `tessera serve`, which `tessera config` takes too: a flag for each setting, and `--config`.
enum ServeOptions {
    private static let settings = Settings.all.filter { !$0.isSecret }

    static func parse(_ arguments: [String], flags: [String] = []) throws(Options.Misuse) -> Options {
        try Options(
            arguments, single: settings.filter { !$0.isRepeatable }.map(\.flag) + ["--config"],
            repeatable: settings.filter(\.isRepeatable).map(\.flag), flags: flags)
    }

    static func settings(_ options: Options) throws(SettingError) -> EffectiveSettings {
        var flags: [String: [String]] = [:]
        for setting in settings {
            let texts = options.all(setting.flag)
            if !texts.isEmpty { flags[setting.name] = texts }
        }
        return try EffectiveSettings(flags: flags, environment: environment(), file: options["--config"])
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }
}
