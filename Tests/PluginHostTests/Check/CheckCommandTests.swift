import Foundation
import Journeys
import TestSupport
import Testing

/// `tessera plugin check` as a CI calls it: exit status, report, `--json`, `--config`.
struct CheckCommandTests {
    private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: BuiltProducts.tessera)
        process.arguments = ["plugin", "check"] + arguments
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    @Test func aGoodPluginEndsWithZero() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/good.so"
        try Zoo.build("good", to: path)
        let (status, output) = try run([path, "--only", "run,speed"])
        #expect(status == 0, "\(output)")
        #expect(output.hasPrefix("\(path): com.example.zoo.good 1.0.0\n"))
        #expect(output.contains("  ✓ every row is reported\n"))
        #expect(output.contains("    batches of 8192  "))
        #expect(output.hasSuffix(" passed, 0 warnings, 0 errors\n"))
    }

    @Test func whatAGivenConfigDoesIsFound() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/null.so"
        try Zoo.build("null", to: path)
        for (index, config) in [#"{"sin": true}"#, #"{"com.example.zoo.null": {"sin": true}}"#].enumerated() {
            let file = "\(directory.path)/\(index).json"
            try config.write(toFile: file, atomically: true, encoding: .utf8)
            let (status, output) = try run([path, "--config", file, "--only=run", "--json"])
            #expect(status == 1)
            let report = try JSON.parse(output.trimmingCharacters(in: .newlines))
            #expect(report["ok"] == false)
            #expect(report["id"] == "com.example.zoo.null")
            let section = try #require(report["sections"]?.arrayValue?.first { $0["name"] == "run" })
            #expect(section["type"] == "com.example.zoo.null")
            let crash = try #require(section["checks"]?.arrayValue?.first { $0["rule"] == "no-crash" })
            #expect(crash["result"] == "error")
            #expect(crash["message"]?.stringValue?.hasPrefix("crashed with signal 11") == true)
        }
    }

    /// Sins that would end whoever checks, were they not confined.
    @Test(arguments: ["kill_parent", "ptrace", "exec", "fork", "exit", "close_all"])
    func theCheckSurvives(_ sin: String) throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/\(sin).so"
        try Zoo.build(sin, to: path)
        let config = "\(directory.path)/sin.json"
        try #"{"sin": true}"#.write(toFile: config, atomically: true, encoding: .utf8)
        let (status, output) = try run([path, "--config", config, "--only", "run", "--patience", "1"])
        #expect(status == 0 || status == 1, "\(output)")
        #expect(output.contains(" passed, "))
    }

    @Test func filesThatAreNoPlugins() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/plugin.so"
        for (name, reason) in [
            ("truncated", "the file is cut short"), ("symbol", "exports no symbol tessera_plugin_v1"),
            ("constructor", "crashed with signal 6 (abort) (load the file)"), ("sizes", "lies about sizes"),
        ] {
            try Zoo.build(name, to: path)
            let (status, output) = try run([path])
            #expect(status == 1)
            #expect(output.contains("  ✗ ") && output.contains(reason), "\(output)")
            #expect(output.hasSuffix(" 1 error\n"))
        }
    }

    @Test(arguments: [
        ([], "name the FILE"), (["/no/such/file.so"], "/no/such/file.so"),
        (["a.so", "--only", "song"], "no section 'song'"),
        (["a.so", "--config", "/no/such.json"], "/no/such.json"), (["a.so", "--patience", "0"], "1 to 3600"),
        (["a.so", "--sing"], "unknown option '--sing'"),
    ])
    func misuseEndsWithTwo(_ arguments: [String], _ message: String) throws {
        let (status, output) = try run(arguments)
        #expect(status == 2)
        #expect(output.contains(message), "\(output)")
    }
}
