import Glibc
import Journeys
import Platform

/// The real `tessera serve` in a process of its own, on a free port over a data directory of its own: for tests that kill
/// it, restart it, or look at it from outside. Used by one thread at a time.
public final class GatewayProcess {
    public struct Workspace: Sendable {
        public let id: String
        public let sourceID: String
        public let key: String
    }

    public enum Failure: Error {
        /// It ended, or said nothing, before it was ready; what it had logged.
        case notReady(String)
        /// A command failed: its exit status and what it complained about.
        case command(Int32, String)
    }

    public let dataDirectory: String
    /// Where it looks for plugins: links to the shipped ones; more files may be put there before `start`.
    public let pluginDirectory: String
    /// Of the running gateway; another one after each start.
    public private(set) var port: UInt16 = 0
    public private(set) var pid: pid_t = 0
    /// More arguments of `serve`, for the next start.
    public var arguments: [String]
    private let home: TemporaryDirectory
    private var starts = 0

    /// Starts it and waits until it serves.
    /// - Parameters:
    ///   - plugins: the shipped plugins that it gets.
    ///   - arguments: beside `--data`, `--listen` and `--plugins`; deliveries to this machine are allowed by default.
    ///   - data: its data directory; nil: one of its own.
    public init(
        plugins: [String] = BuiltProducts.plugins, arguments: [String] = ["--allow-destination", "127.0.0.0/8"],
        in data: String? = nil
    ) throws {
        home = try TemporaryDirectory()
        dataDirectory = data ?? home.path + "/data"
        pluginDirectory = home.path + "/plugins"
        self.arguments = arguments
        try BuiltProducts.linkPlugins(plugins, in: pluginDirectory)
        try start()
    }

    deinit { kill() }

    /// Starts it again over the same data; it must not be running.
    public func start() throws {
        starts += 1
        let output = "\(home.path)/output-\(starts)"
        pid = try ChildProcess.spawn(
            [
                BuiltProducts.tessera, "serve", "--data", dataDirectory, "--listen", "127.0.0.1:0", "--plugins",
                pluginDirectory,
            ] + arguments, output: output, errors: logPath)
        // A start takes up what a kill left behind, so give it time; each look is a poll of the file that it writes.
        for _ in 0..<1200 {
            let said = String(decoding: (try? Files.read(output)) ?? [], as: UTF8.self)
            if said.hasSuffix("\n"), let port = said.split(separator: ":").last.flatMap({ UInt16($0.dropLast()) }) {
                self.port = port
                return
            }
            if let status = ChildProcess.poll(pid) {
                pid = 0
                throw Failure.notReady("exit status \(status): \(log)")
            }
            usleep(50_000)
        }
        kill()
        throw Failure.notReady(log)
    }

    /// Ends it at once, as a crash or a power cut would (kill -9).
    public func kill() {
        guard pid > 0 else { return }
        Glibc.kill(pid, SIGKILL)
        _ = ChildProcess.wait(pid)
        pid = 0
    }

    /// Asks it to stop (SIGTERM) and waits. Gives its exit status.
    @discardableResult
    public func stop() -> Int32 {
        guard pid > 0 else { return 0 }
        Glibc.kill(pid, SIGTERM)
        defer { pid = 0 }
        return ChildProcess.wait(pid)
    }

    /// What it has logged, over all starts.
    public var log: String { String(decoding: (try? Files.read(logPath)) ?? [], as: UTF8.self) }

    private var logPath: String { home.path + "/log" }

    /// A new connection to it.
    public func client(timeout: Int = 20) throws -> HTTPClient { try HTTPClient(port: port, timeout: timeout) }

    // MARK: Commands beside it

    /// `tessera workspace create`.
    public func createWorkspace(_ name: String = "Test") throws -> Workspace {
        let answer = try command(["workspace", "create", "--data", dataDirectory, "--name", name])
        guard let id = answer["workspace_id"]?.stringValue, let source = answer["embedded_source_id"]?.stringValue,
            let key = answer["api_key"]?.stringValue
        else { throw Failure.command(0, answer.text) }
        return Workspace(id: id, sourceID: source, key: key)
    }

    /// `tessera key create`; without a workspace a server key.
    public func createKey(role: String = "operator", workspace: String? = nil) throws -> String {
        let scope = workspace.map { ["--workspace", $0] } ?? []
        let answer = try command(["key", "create", "--data", dataDirectory, "--role", role] + scope)
        guard let key = answer["api_key"]?.stringValue else { throw Failure.command(0, answer.text) }
        return key
    }

    /// Runs `tessera` with these arguments and reads the JSON that it prints.
    public func command(_ arguments: [String]) throws -> JSON {
        let result = try GatewayProcess.run(arguments)
        guard result.status == 0 else { throw Failure.command(result.status, result.errors) }
        return try JSON.parse(result.output)
    }

    /// Runs `tessera` with these arguments to its end.
    public static func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        let directory = try TemporaryDirectory()
        let (output, errors) = (directory.path + "/output", directory.path + "/errors")
        let pid = try ChildProcess.spawn([BuiltProducts.tessera] + arguments, output: output, errors: errors)
        let status = ChildProcess.wait(pid)
        return (
            status, String(decoding: try Files.read(output), as: UTF8.self),
            String(decoding: try Files.read(errors), as: UTF8.self)
        )
    }
}
