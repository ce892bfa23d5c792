import TestSupport
import TesseraTestKit
import Testing

/// `tessera_test.h` and `tessera_config.h`, which authors rely on, in the languages that they are written for. The Swift form
/// of the harness is what the tests of the shipped plugins use.
@Suite struct HarnessTests {
    @Test(arguments: [("c", "c11"), ("c++", "c++17")]) func doesWhatItSays(language: String, standard: String) throws {
        let folder = try TemporaryDirectory()
        let root = PluginLibrary.packageDirectory
        var files: [String] = []
        for (name, source) in [
            ("weekend", "Plugins/Examples/weekend/weekend.c"), ("late", "Plugins/Examples/late/late.c"),
            ("effects", "Tests/ABI/v1_0/plugins/effects.c"),
        ] {
            files.append("\(folder.path)/\(name).so")
            try CPlugin.build(source, to: "\(folder.path)/\(name).so")
        }
        try Command.succeed(
            language == "c" ? "gcc" : "g++",
            [
                "-x", language, "-std=\(standard)", "-g", "-Wall", "-Wextra", "-Werror", "-pedantic", "-pthread",
                "-fsanitize=address,undefined", "-I\(root)/Sources/CTessera/include", "-o", "\(folder.path)/harness",
                "\(root)/Tests/Fixtures/harness.c", "-ldl",
            ])
        let output = try Command.succeed("env", ["ASAN_OPTIONS=detect_leaks=0", "\(folder.path)/harness"] + files)
        #expect(output.contains("all checks passed"), "\(output)")
    }

    @Test func theSwiftFormCountsMistakesToo() throws {
        let folder = try TemporaryDirectory()
        try CPlugin.build("Tests/ABI/v1_0/plugins/outcomes.c", to: folder.path + "/outcomes.so")
        let library = try PluginLibrary.load(folder.path + "/outcomes.so")
        let tile = try TestTile(library, "com.example.v1-0.step", config: "{}")
        let call = CallRecorder(now: library.host.now, host: library.host)
        #expect(tile.run(.empty(count: 9), call) == 0)
        #expect(call.mistakes == 3)
        #expect(call.outcomes(rows: 9)[1] == .advance(branch: 1))
        #expect(call.error(row: 5)?.code == "SERVICE_UNAVAILABLE")
        #expect(throws: PluginLibrary.LoadError.self) { try PluginLibrary.load(folder.path + "/absent.so") }
    }

    @Test func batchesTakeLiterals() {
        let batch = TestBatch(
            reserved: true, columns: [("age", .int64), ("name", .text), ("vip", .bool), ("x", .double)])
        batch.addMember("m1", arrivedAt: 5, [42, "Ann", true, 2.5])
        batch.addMember("m2", [nil, nil, nil, 3])
        batch.withArrow { schema, array in
            #expect(schema.pointee.n_children == 8 && array.pointee.length == 2)
            #expect(array.pointee.children[5]?.pointee.null_count == 1)
        }
        #expect(TestBatch(members: ["a", "b"]).count == 2)
    }
}
