import Glibc
import Journeys
import Platform

/// `tessera simulate`: what a journey of a live gateway would do in the days to come.
enum SimulateCommand {
    static let usage = """
        usage: tessera simulate JOURNEY --days N [--workspace ID] [OPTION…]

        Runs the journey of that id over its model in virtual time, from now on, on a copy of its members. Nothing is
        sent, and nothing of the journey changes. Shows who would go where, and what would be delivered when.

          --workspace ID   the journey's workspace (or TESSERA_WORKSPACE)
          --days N         how many days, 1 to 366
          --member KEY     follow this member alone: each tile, when, by which branch, and why
          --draft FILE     simulate the journey with the changes in this file: an object as PUT takes it
          --empty          begin without the members that are inside now
          --start TIME     begin at another time, such as 2026-01-31T08:00:00Z
          --every N        hours between two runs of a journey without schedule (24)
          --out FILE       write every delivery to this file, a line of JSON each
          --json           print the report as the API answers it
        \(GatewayAccess.usage(.editor))
        """

    private static let options = [
        "--workspace", "--days", "--member", "--draft", "--start", "--every", "--out",
    ]
    /// Deliveries that are shown.
    private static let shown = 10

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("simulate", usage: usage) { () throws(Options.Misuse) in
            try Options(
                arguments, single: options + GatewayAccess.options, flags: ["--empty", "--json"], operands: 1)
        } _: { options in
            guard let journey = options.operands.first else {
                throw Options.Misuse(message: "the id of a journey is needed")
            }
            let workspace = try PluginPath.segment(GatewayAccess.workspace(options))
            let path = "/api/v1/workspaces/\(workspace)/journeys/\(try PluginPath.segment(journey))/simulate"
            let client = try GatewayAccess.client(options, need: .editor)
            let output = try options["--out"].map { try LineFile($0) }
            var first: [JSON] = []
            var report: JSON?
            try client.lines("POST", path, body(options)) { line in
                if let delivery = line["delivery"] {
                    try output?.write(delivery)
                    if first.count < shown { first.append(delivery) }
                } else if let error = line["error"] {
                    throw GatewayClient.Failure(description: error["error"]?.stringValue ?? error.text)
                } else {
                    report = line["report"] ?? report
                }
            }
            try output?.finish()
            guard let report else {
                throw GatewayClient.Failure(description: "the answer ended without a report: simulate again")
            }
            if options.has("--json") { return Terminal.print(report.text) }
            Terminal.print(SimulationText.text(report, deliveries: output == nil ? first : []))
        }
    }

    private static func body(_ options: Options) throws -> JSON {
        var body: [String: JSON] = ["days": .integer(try number(options, "--days", options.required("--days")))]
        if let member = options["--member"] { body["member"] = .string(member) }
        if let file = options["--draft"] {
            let text = try Files.read(file)
            do throws(JSONParseError) {
                body["journey"] = try JSON.parse(text)
            } catch {
                throw Options.Misuse(message: "\(file) is \(error.message)")
            }
        }
        if options.has("--empty") { body["from"] = "empty" }
        if let start = options["--start"] { body["start"] = .string(start) }
        if let every = options["--every"] {
            body["every"] = ["duration": .integer(try number(options, "--every", every)), "unit": "hours"]
        }
        // All that come are written; without a file a few are enough.
        if options["--out"] == nil { body["limit"] = .integer(Int64(shown)) }
        return .object(body)
    }

    private static func number(_ options: Options, _ name: String, _ text: String) throws -> Int64 {
        guard let number = Int64(text) else { throw Options.Misuse(message: "\(name) must be a whole number") }
        return number
    }
}

/// A file that lines are appended to.
private final class LineFile {
    private let path: String
    private let descriptor: Int32
    private var pending: [UInt8] = []

    init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw SystemError("create \(path)") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func write(_ json: JSON) throws(SystemError) {
        pending += json.serialized()
        pending.append(UInt8(ascii: "\n"))
        if pending.count >= 1 << 16 { try finish() }
    }

    func finish() throws(SystemError) {
        var offset = 0
        while offset < pending.count {
            let count = pending.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + offset, $0.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { throw SystemError("write \(path)") }
            offset += count
        }
        pending.removeAll(keepingCapacity: true)
    }
}
