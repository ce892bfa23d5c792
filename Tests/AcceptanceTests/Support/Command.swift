import Glibc
import Platform
import Testing

/// A program run to its end.
struct Command {
    var status: Int32
    var output: String
    var errors: String

    /// - Parameter seconds: after which it is killed and the test fails.
    init(_ program: String, _ arguments: [String], environment: [String: String] = [:], within seconds: Double = 300)
        throws
    {
        let folder = try TemporaryFolder()
        let process = try Program(
            program, arguments, environment: environment, output: folder.path + "/out", errors: folder.path + "/err")
        status = try process.exitCode(within: seconds)
        output = process.said
        errors = process.complained
    }

    /// Runs it, requires success, and gives its output without the line feed at its end.
    @discardableResult
    static func succeed(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        at place: SourceLocation = #_sourceLocation
    ) throws -> String {
        let command = try Command(program, arguments, environment: environment)
        try #require(
            command.status == 0,
            "\(program) \(arguments.joined(separator: " ").prefix(400)): \(command.output)\(command.errors)",
            sourceLocation: place)
        return String(command.output.reversed().drop { $0 == "\n" }.reversed())
    }

    /// Runs one of the programs in Tests/Data/oracle, which compute in Python what Tessera should have done.
    static func oracle(_ name: String, _ arguments: [String], at place: SourceLocation = #_sourceLocation) throws
        -> String
    {
        try succeed("python3", [Installed.data("oracle/\(name).py")] + arguments, at: place)
    }
}

/// A folder that goes with the last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/tessera-acceptance.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("make a folder in \(base)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// Removes a folder and all in it; links are not followed.
    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        for name in (try? Files.list(path)) ?? [] { remove(path + "/" + name) }
        rmdir(path)
    }
}
