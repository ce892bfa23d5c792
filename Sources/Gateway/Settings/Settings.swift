import HTTPServer
import Journeys
import Platform

/// All settings of `tessera serve`: the one table behind its arguments, environment and file, `tessera config` and the
/// documentation.
public enum Settings {
    public static let all = places + server + limits + telling + audit

    static let presets = GatewayConfiguration(dataDirectory: "", pluginDirectories: [])

    private static let places: [Setting] = [
        Setting(
            name: "data", kind: .text, placeholder: "DIR",
            meaning: "where everything is kept; made when absent", preset: nil
        ) { $1.dataDirectory = $0.stringValue ?? "" },
        Setting(
            name: "listen", kind: .text, placeholder: "HOST:PORT",
            meaning: "where to listen; port 0 takes a free one, no host means every interface", preset: "127.0.0.1:8080"
        ) { value, configuration throws(SettingError) in
            let address = try ListenAddress(value.stringValue ?? "")
            configuration.server.host = address.host
            configuration.server.port = address.port
        },
        Setting(
            name: "plugins", kind: .list, placeholder: "DIR",
            meaning: "further plugin directories; of one plugin id the later directory wins, then the newest file",
            preset: []
        ) { $1.pluginDirectories += $0.texts },
        Setting(
            name: "allow_destination", kind: .list, placeholder: "CIDR",
            meaning: "internal addresses that deliveries may reach, such as 127.0.0.0/8", preset: []
        ) { value, configuration throws(SettingError) in
            let blocks = value.texts.map { $0.filter { $0 != " " } }
            if let wrong = blocks.first(where: { !AddressBlock.isValid($0) }) {
                throw SettingError("has '\(wrong)', which is no block of addresses such as 127.0.0.0/8 or fd00::/8")
            }
            configuration.allowedDestinations = blocks
        },
        Setting(
            name: "setting", kind: .map, placeholder: "NAME=VALUE",
            meaning: "settings of plugins, such as sync.ca-file=/etc/ssl/own.pem", preset: [:]
        ) { value, configuration throws(SettingError) in
            for (name, value) in value.objectValue ?? [:] {
                guard name.contains("."), name != "allow-destination" else {
                    throw SettingError(
                        "has '\(name)', which is no setting of a plugin: those have a dot, as sync.ca-file")
                }
                configuration.pluginSettings[name] = value.stringValue
            }
        },
        Setting(
            name: "tls_certificate", kind: .text, placeholder: "FILE",
            meaning: "speak TLS, with this certificate and those above it, in PEM; read again when it changes",
            preset: nil
        ) { value, configuration in
            configuration.server.tls = TLSFiles(
                certificate: value.stringValue ?? "", key: configuration.server.tls?.key ?? "")
        },
        Setting(
            name: "tls_key", kind: .text, placeholder: "FILE",
            meaning: "the certificate's private key, in PEM, without a password", preset: nil
        ) { value, configuration in
            configuration.server.tls = TLSFiles(
                certificate: configuration.server.tls?.certificate ?? "", key: value.stringValue ?? "")
        },
        Setting(
            name: "secret_key", kind: .text, placeholder: "KEY",
            meaning:
                "the key of the destinations' secrets, 32 bytes in hexadecimal or base64; without it DATA/secret.key, "
                + "made at the first start", preset: nil, isSecret: true
        ) { _, _ in },  // The store reads it, for the other commands too.
        Setting(
            name: "log_level", kind: .choice(["debug", "info", "warning", "error"]), placeholder: "LEVEL",
            meaning: "what is logged: this and what is worse", preset: "info"
        ) { $1.logLevel = Log.Level(name: $0.stringValue ?? "") ?? .info },
        Setting(
            name: "access_log", kind: .choice(AccessLog.allCases.map(\.rawValue)), placeholder: "WHICH",
            meaning: "the requests that get a line in the log; of errors those with 4xx and 5xx", preset: "all"
        ) { $1.accessLog = AccessLog(rawValue: $0.stringValue ?? "") ?? .all },
        Setting(
            name: "metrics_without_key", kind: .truth, placeholder: "BOOL",
            meaning:
                "whether programs on this machine may ask for `/metrics` without a key; not behind a proxy on it that hands /metrics on",
            preset: .bool(presets.metricsWithoutKey)
        ) { $1.metricsWithoutKey = $0 == true },
    ]
}

extension JSON {
    fileprivate var texts: [String] { (arrayValue ?? []).compactMap(\.stringValue) }
}
