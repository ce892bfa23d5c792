import Glibc
import Platform

/// What every command that talks to a live gateway takes: where it is, and a key.
///
/// The key is never an argument: `ps` shows those to everybody on the machine.
enum GatewayAccess {
    static let options = ["--url", "--key-file", "--ca-file"]
    static let usage = usage(.operator)

    static func usage(_ need: KeyNeed) -> String {
        """
          --url URL        where the gateway answers (or TESSERA_URL; http://127.0.0.1:8080)
          --key-file FILE  a file with \(need.phrase) (or TESSERA_KEY in the environment)
          --ca-file FILE   certificates to trust instead of the system's, for an https URL (or TESSERA_CA_FILE)
        """
    }

    /// - Parameter need: the key that the command takes.
    static func client(_ options: Options, need: KeyNeed = .operator) throws -> GatewayClient {
        let url = try GatewayURL(options["--url"] ?? variable("TESSERA_URL") ?? "http://127.0.0.1:8080")
        return GatewayClient(
            url: url, key: try key(options, need), need: need,
            authorities: options["--ca-file"] ?? variable("TESSERA_CA_FILE"))
    }

    /// The workspace that a command works in.
    static func workspace(_ options: Options) throws -> String {
        if let id = options["--workspace"] ?? variable("TESSERA_WORKSPACE") { return id }
        throw Options.Misuse(message: "a workspace is needed: give its id with --workspace, or set TESSERA_WORKSPACE")
    }

    private static func key(_ options: Options, _ need: KeyNeed) throws -> String {
        let text: String
        if let file = options["--key-file"] {
            text = String(decoding: try Files.read(file), as: UTF8.self)
        } else if let given = variable("TESSERA_KEY") {
            text = given
        } else {
            throw Options.Misuse(
                message: "\(need.phrase) is needed: name a file with --key-file, or set TESSERA_KEY "
                    + "(\(need.command) makes one)")
        }
        let key = keyInside(text)
        guard !key.isEmpty, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Options.Misuse(message: "that is no key: it must be one word, such as op_live_…")
        }
        return key
    }

    /// The key, also out of `{"api_key":"…"}` as `tessera key create` prints it.
    private static func keyInside(_ text: String) -> String {
        if let start = text.firstRange(of: "\"api_key\":") {
            let parts = text[start.upperBound...].split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
            if parts.count > 1 { return String(parts[1]) }
        }
        let blank = text.drop { $0.isWhitespace }
        return String(blank.reversed().drop { $0.isWhitespace }.reversed())
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Which key a command needs.
enum KeyNeed {
    case `operator`
    /// Of the workspace that the command works in.
    case viewer, editor, admin

    var phrase: String {
        switch self {
        case .operator: "an operator's key"
        case .viewer: "a viewer's key"
        case .editor: "an editor's key"
        case .admin: "an administrator's key"
        }
    }

    /// What makes one.
    var command: String {
        switch self {
        case .operator: "tessera key create --data DIR --role operator"
        case .viewer: "tessera key create --data DIR --workspace ID --role viewer"
        case .editor: "tessera key create --data DIR --workspace ID --role editor"
        case .admin: "tessera key create --data DIR --workspace ID --role admin"
        }
    }
}
