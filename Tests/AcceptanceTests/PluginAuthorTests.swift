import Journeys
import Platform
import Testing

/// A third party's tile: written from the installed headers alone, compiled with cc, dropped into a directory.
@Suite struct PluginAuthorTests {
    private static let members = ["m0", "m1", "m2", "m3", "m5", "m7", "n4"]

    @Test func weekendFromTheInstalledHeadersRoutesByToday() throws {
        let folder = try TemporaryFolder()
        try PluginFiles.build("weekend", into: folder)
        let gateway = try InstalledGateway(arguments: ["--plugins", folder.path])
        let before = try Command.succeed("date", ["-u", "+%u"])
        let (branches, run) = try runThrough("com.example.weekend", ["weekday", "weekend"], gateway)
        let after = try Command.succeed("date", ["-u", "+%u"])
        // Saturday is 6, Sunday 7; a test may run over midnight.
        let possible = [before, after].map { $0 >= "6" ? "weekend" : "weekday" }
        let count = Int64(Self.members.count)
        #expect(possible.contains { branches == [$0: count] }, "\(branches) on day \(before)")
        expectCounts(run["counts"], ["entered": count, "moved": count, "completed": count])

        let plugin = try #require(try plugins(gateway).first { $0["id"] == "com.example.weekend" })
        #expect(plugin["state"] == "active")
        #expect(plugin["version"] == "1.0.0")
        #expect(plugin["tile_types"] == ["com.example.weekend"])
        #expect(plugin["locked"] == false)
        #expect(plugin["figures"]?["rows"]?.integerValue == count)
        let hash = try Command.succeed("sha256sum", [folder.path + "/weekend.so"]).split(separator: " ").first
        #expect(plugin["sha256"]?.stringValue == hash.map(String.init))

        let refused = try gateway.caller().create(
            "journeys",
            Self.journey("com.example.weekend", ["weekday", "weekend"], model: try model(gateway), config: ["day": 1]))
        let check = try gateway.caller().call("POST", "journeys/\(refused)/validate")
        #expect(check["valid"] == false)
        #expect(check["errors"]?[0]?.stringValue?.contains("unknown field 'day'") == true, "\(check.text)")
    }

    @Test func lateReportsFromAThreadOfItsOwn() throws {
        let folder = try TemporaryFolder()
        try PluginFiles.build("late", into: folder)
        let gateway = try InstalledGateway(arguments: ["--plugins", folder.path])
        let (branches, run) = try runThrough("com.example.late", ["even", "odd"], gateway)
        // By the last byte of the key: '0', '2' and '4' are even numbers in ASCII too.
        #expect(branches == ["even": 3, "odd": 4])
        expectCounts(run["counts"], ["entered": 7, "moved": 7, "completed": 7])
        #expect(try plugins(gateway).first { $0["id"] == "com.example.late" }?["figures"]?["late_reports"] == 0)
    }

    @Test func withoutItsFileATypeIsGoneAndNothingElse() throws {
        let folder = try TemporaryFolder()
        let all = try typeIDs(InstalledGateway())
        #expect(Set(all) == ["entry", "wait", "filter", "split", "sync", "exit"])
        try Command.succeed("cp", ["-R", Installed.tree(), folder.path + "/tessera"])
        try Command.succeed("rm", [folder.path + "/tessera/lib/tessera/plugins/wait.so"])
        let gateway = try InstalledGateway(prefix: folder.path + "/tessera")
        #expect(try typeIDs(gateway) == all.filter { $0 != "wait" })

        let caller = try gateway.caller()
        let model = try model(gateway)
        let waiting = try caller.create(
            "journeys",
            Build.journey(
                "Waits", model: model, tiles: [Build.tile("in", "entry"), Build.wait("rest", 1, "seconds")],
                edges: [Build.edge("in", "rest")]))
        let check = try caller.call("POST", "journeys/\(waiting)/validate")
        #expect(check["valid"] == false)
        let errors = check["errors"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(errors.count == 1)
        #expect(errors.first?.contains("no loaded plugin provides") == true, "\(errors)")
        #expect(errors.first?.contains("'rest'") == true && errors.first?.contains("'wait'") == true)
        #expect(try caller.send("POST", "journeys/\(waiting)/activate", nil).status == 422)

        let journey = try caller.launch(
            Build.journey(
                "Runs", model: model, tiles: [Build.tile("in", "entry"), Build.tile("out", "exit")],
                edges: [Build.edge("in", "out")]))
        let run = try caller.finish(caller.trigger(journey), of: journey)
        #expect(run["counts"]?["completed"]?.integerValue == Int64(Self.members.count))
    }

    @Test func brokenFilesAreRefusedWithAReasonAndTheRestLoads() throws {
        let folder = try TemporaryFolder()
        try PluginFiles.build("weekend", into: folder)
        let broken = try PluginFiles.breakInAllWays(folder)
        let gateway = try InstalledGateway(arguments: ["--plugins", folder.path])
        let listed = try plugins(gateway)
        for (file, words) in broken {
            let entry = listed.first { $0["path"]?.stringValue?.hasSuffix("/" + file) == true }
            #expect(entry?["state"] == "refused", "\(file): \(entry?.text ?? "is not listed")")
            let reason = entry?["reason"]?.stringValue ?? ""
            #expect(reason.contains(words), "\(file) was refused because: \(reason)")
            #expect(gateway.log.contains(file), "the log does not tell of \(file)")
        }
        let active = Set(listed.filter { $0["state"] == "active" }.compactMap { $0["id"]?.stringValue })
        #expect(active.contains("com.example.weekend"))
        #expect(active.count == 11, "\(active.sorted())")
        #expect(try typeIDs(gateway).count == 7)
        _ = try runThrough("com.example.weekend", ["weekday", "weekend"], gateway)
    }

    @Test(arguments: [("c", "c11"), ("c++", "c++17")])
    func theInstalledHeadersCompileAlone(language: String, standard: String) throws {
        let folder = try TemporaryFolder()
        let source = folder.path + "/header"
        let all = try Files.list(Installed.headers() + "/tessera").sorted()
        for headers in all.map({ [$0] }) + [all, all.reversed()] {
            let lines = headers.map { "#include <tessera/\($0)>\n" }.joined() + "int main(void) { return 0; }\n"
            try Files.write(Array(lines.utf8), to: source)
            try Command.succeed(
                "cc",
                [
                    "-x", language, "-std=\(standard)", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only",
                    "-I", Installed.headers(), source,
                ])
        }
    }

    // MARK: Parts

    private func plugins(_ gateway: InstalledGateway) throws -> [JSON] {
        try gateway.operatorCaller().call("GET", "/api/v1/plugins").json.arrayValue ?? []
    }

    private func typeIDs(_ gateway: InstalledGateway) throws -> [String] {
        let types = try gateway.caller().call("GET", "/api/v1/tile-types").json.arrayValue ?? []
        return types.compactMap { $0["id"]?.stringValue }
    }

    private func model(_ gateway: InstalledGateway) throws -> String {
        let caller = try gateway.caller()
        let file = gateway.folder.path + "/members.csv"
        try Files.write(Array(("id\n" + Self.members.joined(separator: "\n") + "\n").utf8), to: file)
        try caller.upload(file, to: "members", key: "id", of: gateway)
        return try caller.makeModel("SELECT id FROM members", key: "id", source: gateway.sourceID)
    }

    private static func journey(_ type: String, _ branches: [String], model: String, config: JSON? = nil) -> JSON {
        Build.journey(
            "Third party", model: model,
            tiles: [Build.tile("in", "entry"), Build.tile("theirs", type, config)]
                + branches.map { Build.tile("out-\($0)", "exit") },
            edges: [Build.edge("in", "theirs")] + branches.map { Build.edge("theirs", "out-\($0)", $0) })
    }

    /// Runs a journey with the tile in it and gives how many members took each branch, and the run.
    private func runThrough(
        _ type: String, _ branches: [String], _ gateway: InstalledGateway
    ) throws -> ([String: Int64], JSON) {
        let caller = try gateway.caller()
        let journey = try caller.launch(Self.journey(type, branches, model: try model(gateway)))
        let run = try caller.finish(caller.trigger(journey), of: journey)
        let stats = try caller.stats(journey)
        var counts: [String: Int64] = [:]
        for branch in branches {
            let count = stats["tiles"]?["out-\(branch)"]?["completed"]?.integerValue ?? -1
            #expect(stats["tiles"]?["theirs"]?["branches"]?[branch]?.integerValue ?? 0 == count)
            if count != 0 { counts[branch] = count }
        }
        return (counts, run)
    }
}
