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
        (["list", "--url", "https://x", "--key-file", "/dev/null"], "ssh -L"),
        (["list", "--url", "127.0.0.1:8080", "--key-file", "/dev/null"], "http://HOST:PORT"),
        (["load", "--key", "op_live_x", "x.so"], "unknown option '--key'"),
    ]) func wrongArgumentsEndWithTwo(_ arguments: [String], _ text: String) throws {
        let result = try GatewayProcess.run(["plugin"] + arguments)
        #expect(result.status == 2 && result.errors.contains(text) && result.output.isEmpty, "\(result)")
    }
}
