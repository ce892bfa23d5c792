import Glibc
import Journeys
import Platform
import TestSupport
import Testing

/// `tessera plugin …` beside a gateway that runs, as an operator uses it.
@Suite struct PluginCommandTests {
    private let gateway: GatewayProcess
    private let folder: TemporaryDirectory

    init() throws {
        gateway = try GatewayProcess(plugins: ["Entry", "Wait", "Exit"])
        folder = try TemporaryDirectory()
        let key = try gateway.createKey()
        try Files.write(Array("\(key)\n".utf8), to: folder.path + "/key")
    }

    private func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        try GatewayProcess.run(
            ["plugin"] + arguments + ["--url", "http://127.0.0.1:\(gateway.port)", "--key-file", folder.path + "/key"])
    }

    @Test func listIsATableForPeopleAndJSONForPrograms() throws {
        let table = try run(["list"])
        #expect(table.status == 0 && table.errors.isEmpty, "\(table.errors)")
        let lines = table.output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.first?.split(separator: " ").prefix(4) == ["ID", "VERSION", "STATE", "GEN"])
        let waits = try #require(lines.first { $0.hasPrefix("dev.tessera.wait ") })
        #expect(waits.split(separator: " ").count == 10 && waits.contains(" active "), "\(waits)")

        let json = try JSON.parse(run(["list", "--json"]).output)
        #expect(json.arrayValue?.count == 3)
        #expect(json.arrayValue?.allSatisfy { $0["state"] == "active" } == true)
    }

    /// The key may also be what `tessera key create` has printed.
    @Test func aKeyFileMayHoldWhatTheCommandPrinted() throws {
        let key: JSON = ["api_key": .string(try gateway.createKey())]
        try Files.write(Array(key.text.utf8), to: folder.path + "/key")
        #expect(try run(["list"]).status == 0)
    }

    @Test func aPluginIsSwappedRolledBackRetiredAndTakenUpAgain() throws {
        try put("1.0.0")
        try waitFor(["1", "1.0.0", "active"])
        try put("2.0.0")
        try waitFor(["1", "1.0.0", "superseded"])
        try expectPlugin(run(["rollback", "test.tile"]), "1.0.0", "active")
        let second = try #require(try generations().first { $0["version"] == "2.0.0" })
        #expect(second["state"] == "rolled_back")
        let hash = second["sha256"]?.stringValue ?? ""
        try expectPlugin(run(["rollback", "test.tile", "--to", String(hash.prefix(10))]), "2.0.0", "active")
        try expectPlugin(run(["retire", "test.tile"]), "2.0.0", "retired")
        try expectPlugin(run(["load", "test.so"]), "2.0.0", "active")
        try expectPlugin(run(["reload", "test.tile"]), "2.0.0", "active")
        let json = try JSON.parse(run(["retire", "test.tile", "--json"]).output)
        #expect(json["id"] == "test.tile" && json["state"] == "retired")

        for (arguments, text) in [
            (["load", "absent.so"], "absent.so"), (["reload", "test.absent"], "test.absent"),
            (["rollback", "dev.tessera.wait"], "dev.tessera.wait"),
            (["rollback", "dev.tessera.wait", "--to", "ffff"], "no generation"), (["list", "a b/c"], "a b/c"),
        ] {
            let refused = try run(arguments)
            #expect(refused.status == 1 && refused.output.isEmpty && refused.errors.contains(text), "\(refused)")
        }
        let path = try run(["load", "plugins/test.so"])
        #expect(path.status == 2 && path.errors.contains("without a path"), "\(path)")
    }

    /// The gateway ends what an ended process has left behind; what it has started itself is not that.
    @Test func aProbeOutlivesTheEndOfAnotherPluginsProcess() throws {
        try put("1.0.0")
        try waitFor(["1", "1.0.0", "active"])
        let child = try #require(children().first)
        let source = folder.path + "/slow.c"
        let fixture = CPlugin.packageDirectory + "/Tests/PluginHostTests/Fixtures/tile.c"
        try Files.write(
            Array(
                """
                #include <tessera/tessera.h>
                unsigned sleep(unsigned seconds);
                static int32_t slow(const tessera_host *given) { (void)given; sleep(2); return 0; }
                #define PLUGIN_ID "test.slow"
                #define TYPE_ID "test-slow"
                #define START slow
                #include "\(fixture)"
                """.utf8), to: source)
        try CPlugin.build(source, to: folder.path + "/slow.so")
        try Files.write(Files.read(folder.path + "/slow.so"), to: gateway.pluginDirectory + "/slow.so", mode: 0o644)
        // Once the probe is there, the other one's process ends.
        try eventually { try children().contains { $0 != child } }
        kill(child, SIGKILL)
        try waitFor(["1", "1.0.0", "active"], of: "test.slow")
    }

    /// The gateway's child processes.
    private func children() throws -> [pid_t] {
        try Files.list("/proc").compactMap { pid_t($0) }.filter { pid in
            guard let stat = try? Files.read("/proc/\(pid)/stat") else { return false }
            let fields = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 1 && pid_t(fields[1]) == gateway.pid
        }
    }

    /// Puts a version of a tile into the plugin directory, as an operator's copy does.
    private func put(_ version: String) throws {
        let file = folder.path + "/built.so"
        try CPlugin.build(
            "Tests/PluginHostTests/Fixtures/tile.c", defines: ["PLUGIN_VERSION": CPlugin.string(version)], to: file)
        try Files.write(Files.read(file), to: gateway.pluginDirectory + "/test.so", mode: 0o644)
    }

    private func generations() throws -> [JSON] {
        let answer = try run(["list", "test.tile", "--json"])
        return answer.status == 0 ? try JSON.parse(answer.output)["generations"]?.arrayValue ?? [] : []
    }

    /// Waits until the table of generations has a line that begins so. The watcher needs no more than a moment.
    private func waitFor(_ words: [String], of id: String = "test.tile") throws {
        var last = ""
        do {
            try eventually {
                last = try run(["list", id]).output
                let lines = last.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
                return lines.contains { Array($0.prefix(words.count)) == words }
            }
        } catch let error as NotInTime {
            Issue.record("no generation is \(words): \(error): \(last)\(gateway.log)")
        }
    }

    private func expectPlugin(
        _ result: (status: Int32, output: String, errors: String), _ version: String, _ state: String,
        at place: SourceLocation = #_sourceLocation
    ) {
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)", sourceLocation: place)
        let line = result.output.split(separator: "\n").last { $0.hasPrefix("test.tile ") } ?? ""
        let words = line.split(separator: " ").map(String.init)
        #expect(words.prefix(3) == ["test.tile", version, state], "\(result.output)", sourceLocation: place)
    }

    @Test func whatTheGatewayRefusesEndsWithOne() throws {
        try Files.write(Array("op_live_wrong\n".utf8), to: folder.path + "/key")
        let result = try run(["list"])
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("tessera key create"), "\(result.errors)")
    }

    @Test func aGatewayThatIsNotThereEndsWithOne() throws {
        let result = try GatewayProcess.run(
            ["plugin", "list", "--url", "http://127.0.0.1:1", "--key-file", folder.path + "/key"])
        #expect(result.status == 1 && result.errors.contains("no gateway answers at 127.0.0.1:1"), "\(result.errors)")
    }

    @Test(arguments: [
        ([], "usage: tessera plugin"), (["dance"], "no subcommand 'dance'"), (["list"], "--key-file"),
        (["list", "--key-file", "/dev/null"], "no key"), (["reload", "--key-file", "/dev/null"], "name the ID"),
        (["list", "--url", "ftp://x", "--key-file", "/dev/null"], "https://HOST:PORT"),
        (["list", "--url", "127.0.0.1:8080", "--key-file", "/dev/null"], "http://HOST:PORT"),
        (["load", "--key", "op_live_x", "x.so"], "unknown option '--key'"),
    ]) func wrongArgumentsEndWithTwo(_ arguments: [String], _ text: String) throws {
        let result = try GatewayProcess.run(["plugin"] + arguments)
        #expect(result.status == 2 && result.errors.contains(text) && result.output.isEmpty, "\(result)")
    }
}
