import Crypto
import Journeys
import Platform
import Store

/// `tessera key create`: works beside a live gateway, which takes the key at once.
enum KeyCommand {
    static let usage = """
        usage: tessera key create --data DIR --role operator|admin|editor|viewer [--workspace ID] [--name NAME]

        Makes an API key and prints {"api_key"}, which is shown this once. A key of role operator belongs to the server;
        all others belong to the workspace that --workspace names.
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("key", usage: usage) { () throws(Options.Misuse) in
            try Options(arguments, single: ["--data", "--role", "--workspace", "--name"], operands: 1)
        } _: { options in
            guard options.operands.first == "create" else {
                throw Options.Misuse(message: "say what to do: create")
            }
            let data = try options.required("--data")
            let (role, workspaceID) = try scope(options)
            let clock = SystemClock()
            let control = try ControlStore(
                dataDirectory: data, clock: clock, log: Log(level: .warning, clock: clock))
            defer { control.close() }
            if let workspaceID, try control.read({ try $0.workspace(id: workspaceID) }) == nil {
                throw Options.Misuse(message: "there is no workspace \(workspaceID) in \(data)")
            }
            let secret = try APIKeySecret(role: role)
            let id = try Crypto.uuid()
            let now = clock.now()
            let key = APIKeyRecord(
                id: id, workspaceID: workspaceID, name: options["--name"] ?? "Made on the command line",
                prefix: secret.prefix, role: role, createdBy: id, createdAt: now, updatedAt: now)
            try control.write { try $0.insertAPIKey(key, digest: secret.digest) }
            let answer: JSON = ["api_key": .string(secret.text)]
            Terminal.print(answer.text)
        }
    }

    private static func scope(_ options: Options) throws(Options.Misuse) -> (KeyRole, String?) {
        guard let role = KeyRole(rawValue: try options.required("--role")) else {
            throw Options.Misuse(message: "--role must be operator, admin, editor or viewer")
        }
        if role == .operator {
            guard options["--workspace"] == nil else {
                throw Options.Misuse(message: "a key of role operator belongs to the server: leave --workspace out")
            }
            return (role, nil)
        }
        guard let id = UUIDText.normalized(try options.required("--workspace")) else {
            throw Options.Misuse(message: "--workspace must be the id of a workspace")
        }
        return (role, id)
    }
}
