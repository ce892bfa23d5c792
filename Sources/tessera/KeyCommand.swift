import Crypto
import Journeys
import Platform
import Store

/// `tessera key`: works beside a live gateway, which honours each change at once.
enum KeyCommand {
    static let usage = """
        usage: tessera key create --data DIR --role operator|admin|editor|viewer [--workspace ID] [--name NAME]
                                  [--expires-at TIME]
               tessera key list   --data DIR
               tessera key rotate --data DIR [--grace SECONDS] KEY-ID
               tessera key revoke --data DIR KEY-ID

        create makes an API key and prints {"api_key"}, which is shown this once. A key of role operator belongs to the server;
        all others belong to the workspace that --workspace names. TIME is like 2027-01-15T09:30:00Z.
        list shows the keys of the server and of all workspaces. rotate gives a key another text and prints it like create;
        the one before stays good for SECONDS, 0 if not given. revoke ends a key for good.
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("key", usage: usage) { () throws(Options.Misuse) in
            try Options(
                arguments, single: ["--data", "--role", "--workspace", "--name", "--expires-at", "--grace"], operands: 2
            )
        } _: { options in
            switch (options.operands.first, options.operands.dropFirst().first) {
            case ("create", nil): try create(options)
            case ("list", nil): try withControl(options) { control, now in try list(control, now) }
            case ("rotate", let id?): try rotate(id, options)
            case ("revoke", let id?): try revoke(id, options)
            case ("rotate", nil), ("revoke", nil):
                throw Options.Misuse(message: "say which key: its id, as list shows it")
            default: throw Options.Misuse(message: "say what to do: create, list, rotate or revoke")
            }
        }
    }

    private static func withControl(_ options: Options, _ body: (ControlStore, _ now: Int64) throws -> Void) throws {
        let data = try options.required("--data")
        let clock = SystemClock()
        let control = try ControlStore(dataDirectory: data, clock: clock, log: Log(level: .warning, clock: clock))
        defer { control.close() }
        try body(control, clock.now())
    }

    // MARK: create

    private static func create(_ options: Options) throws {
        let (role, workspaceID) = try scope(options)
        try withControl(options) { control, now in
            if let workspaceID, try control.read({ try $0.workspace(id: workspaceID) }) == nil {
                throw Options.Misuse(message: "there is no workspace \(workspaceID) in \(options["--data"] ?? "")")
            }
            let secret = try APIKeySecret(role: role)
            let id = try Crypto.uuid()
            let key = APIKeyRecord(
                id: id, workspaceID: workspaceID, name: options["--name"] ?? "Made on the command line",
                prefix: secret.prefix, role: role, expiresAt: try expiry(options, now), createdBy: id, createdAt: now,
                updatedAt: now)
            let pen = AuditPen(.commandLine, workspaceID: workspaceID, at: now)
            try control.write { writer in
                try writer.insertAPIKey(key, digest: secret.digest)
                try pen.note(AuditChange(.created, .apiKey, id, after: key.json), writer)
            }
            show(secret)
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

    private static func expiry(_ options: Options, _ now: Int64) throws(Options.Misuse) -> Int64? {
        guard let text = options["--expires-at"] else { return nil }
        guard let time = Timestamp.parse(text), time > now else {
            throw Options.Misuse(message: "--expires-at must be a time in the future like 2027-01-15T09:30:00Z")
        }
        return time
    }

    private static func show(_ secret: APIKeySecret) {
        let answer: JSON = ["api_key": .string(secret.text)]
        Terminal.print(answer.text)
    }

    // MARK: list, rotate, revoke

    private static func list(_ control: ControlStore, _ now: Int64) throws {
        let keys = try control.read { reader in
            try ([nil] + reader.workspaces().items.map(\.id)).flatMap { try reader.apiKeys(workspaceID: $0).items }
        }
        func time(_ time: Int64?) -> String { time.map(Timestamp.api) ?? "-" }
        let rows = keys.map { key in
            let isExpired = key.status == .active && !key.isUsable(at: now)
            return [
                key.id, key.role.rawValue, isExpired ? "expired" : key.status.rawValue, key.prefix,
                key.workspaceID ?? "-", time(key.expiresAt),
                time(key.lastUsedAt), key.name,
            ]
        }
        let heads = ["ID", "ROLE", "STATUS", "PREFIX", "WORKSPACE", "EXPIRES", "LAST USED", "NAME"]
        Terminal.print(TextTable.text(heads, rightAligned: [], rows.map { ($0, "") }))
    }

    private static func rotate(_ id: String, _ options: Options) throws {
        guard let grace = Int64(options["--grace"] ?? "0"), (0...APIKeyRecord.longestGrace).contains(grace) else {
            throw Options.Misuse(message: "--grace must be a number of seconds from 0 to \(APIKeyRecord.longestGrace)")
        }
        try withControl(options) { control, now in
            let key = try find(id, control)
            let secret = try APIKeySecret(role: key.role)
            let pen = AuditPen(.commandLine, workspaceID: key.workspaceID, at: now)
            try control.write { writer in
                let rotated = try writer.rotateAPIKey(
                    workspaceID: key.workspaceID, id: key.id, to: secret, graceEnd: now + grace * 1_000_000, at: now)
                try pen.note(AuditChange(.rotated, .apiKey, key.id, from: key.json, to: rotated.json), writer)
            }
            show(secret)
        }
    }

    private static func revoke(_ id: String, _ options: Options) throws {
        try withControl(options) { control, now in
            let key = try find(id, control)
            let pen = AuditPen(.commandLine, workspaceID: key.workspaceID, at: now)
            try control.write { writer in
                try writer.revokeAPIKey(workspaceID: key.workspaceID, id: key.id, at: now)
                guard key.status == .active, let revoked = try writer.apiKey(anywhere: key.id) else { return }
                try pen.note(AuditChange(.revoked, .apiKey, key.id, from: key.json, to: revoked.json), writer)
            }
            Terminal.print(#"{"status":"revoked"}"#)
        }
    }

    private static func find(_ id: String, _ control: ControlStore) throws -> APIKeyRecord {
        let key = try UUIDText.normalized(id).flatMap { id in try control.read { try $0.apiKey(anywhere: id) } }
        guard let key else { throw Options.Misuse(message: "there is no key \(id): see tessera key list") }
        return key
    }
}
