import Foundation
import Journeys
import TestSupport
import Testing

/// A stand-in of a public API (Tests/Standins) as a process of its own, which ends with this object.
final class Standin {
    let port: UInt16
    private let process = Process()
    private let input = Pipe()

    init(_ name: String, _ arguments: [String]) throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", tests.path + "/Standins/\(name).py"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        try #require(line.hasPrefix("listening on http://127.0.0.1:"), "\(line)")
        port = try #require(UInt16(line.split(separator: ":")[2].prefix { $0.isNumber }))
    }

    var address: String { "http://127.0.0.1:\(port)" }

    /// What came in.
    func state() throws -> JSON { try JSON.parse(try HTTPClient(port: port).request("GET", "/standin").text) }

    deinit {
        // The test's threads block SIGTERM, and so does what they start.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
