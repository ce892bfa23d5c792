import Glibc
import Journeys
import Platform
import TestSupport
import Testing

/// A gateway of the installed release on a data directory of its own, with one workspace and its admin's key.
///
/// `start`, `kill` and `stop` as often as a test wants: the data directory stays.
final class InstalledGateway {
    let prefix: String
    let folder: TemporaryFolder
    let workspace: String
    let sourceID: String
    let key: String
    private(set) var process: Program?
    private(set) var port: UInt16 = 0
    private let arguments: [String]
    private let environment: [String: String]

    var data: String { folder.path + "/data" }
    /// Everything it has logged, over all its starts.
    var log: String {
        (try? Files.read(folder.path + "/gateway.err")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Makes the workspace and starts.
    /// - Parameters:
    ///   - prefix: another tree than the installed one.
    ///   - arguments: more for `serve`.
    init(prefix: String? = nil, arguments: [String] = [], environment: [String: String] = [:]) throws {
        let prefix = try prefix ?? Installed.tree()
        self.prefix = prefix
        self.arguments = arguments
        self.environment = environment
        let folder = try TemporaryFolder()
        self.folder = folder
        let text = try Command.succeed(
            prefix + "/bin/tessera", ["workspace", "create", "--data", folder.path + "/data", "--name", "Acceptance"],
            environment: environment)
        let made = try JSON.parse(text)
        workspace = try #require(made["workspace_id"]?.stringValue)
        sourceID = try #require(made["embedded_source_id"]?.stringValue)
        key = try #require(made["api_key"]?.stringValue)
        try start()
    }

    func start() throws {
        let process = try serve()
        self.process = process
        let address = try process.line(after: "listening on http://")
        port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) }, "address \(address)")
    }

    /// Another `tessera serve` on the same data directory.
    func serve() throws -> Program {
        // A new file each time: `listening on` must be this process's.
        let output = "\(folder.path)/gateway.\(SystemClock().now()).out"
        return try Program(
            prefix + "/bin/tessera",
            ["serve", "--data", data, "--listen", "127.0.0.1:0", "--allow-destination", "127.0.0.0/8"] + arguments,
            environment: environment, output: output, errors: folder.path + "/gateway.err")
    }

    /// As a power cut would end it.
    func kill() {
        process?.kill()
        process = nil
    }

    /// Asks it to stop, and gives its exit code.
    func stop(within seconds: Double = 120) throws -> Int32 {
        let process = try #require(process)
        process.signal(SIGTERM)
        let code = try process.exitCode(within: seconds)
        self.process = nil
        return code
    }

    /// A caller with the workspace's key, on a connection of its own.
    func caller() throws -> Caller { try Caller(port: port, workspace: workspace, key: key) }

    /// A caller with a server key.
    func operatorCaller() throws -> Caller {
        let text = try Command.succeed(
            prefix + "/bin/tessera", ["key", "create", "--data", data, "--role", "operator"], environment: environment)
        let key = try #require(try JSON.parse(text)["api_key"]?.stringValue)
        return try Caller(port: port, workspace: workspace, key: key)
    }
}
