import Foundation
import Testing

/// A program run to its end.
struct Command {
    var status: Int32
    /// Standard output and error together.
    var output: String

    init(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }

    /// Runs it and requires success.
    @discardableResult
    static func succeed(_ program: String, _ arguments: [String]) throws -> String {
        let command = try Command(program, arguments)
        try #require(command.status == 0, "\(program) \(arguments.joined(separator: " ")): \(command.output)")
        return command.output
    }
}

/// A folder that goes with the last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "tessera-plugins-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
