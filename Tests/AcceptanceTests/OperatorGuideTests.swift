import Platform
import Testing

/// The operator's guide is a program too: its commands change a plugin of a live gateway as they stand there.
@Suite struct OperatorGuideTests {
    @Test func theCommandsOfTheGuideDoWhatItSays() throws {
        let guide = String(decoding: try Files.read(Installed.root + "/Documentation/operator.md"), as: UTF8.self)
        let section = try #require(guide.split(separator: "\n## ").first { $0.hasPrefix("Change a plugin") })
        let blocks = section.split(separator: "```").filter { $0.hasPrefix("sh\n") }.map { $0.dropFirst(3) }
        #expect(blocks.count == 5)
        let folder = try TemporaryFolder()
        for version in ["1.0.0", "1.1.0"] { try buildWeekend(version, into: folder.path) }
        try Files.write(Array("this is a letter, not a plugin\n".utf8), to: folder.path + "/broken.so", mode: 0o644)

        let script =
            (["set -euo pipefail", "umask 022", "trap 'kill $(jobs -p)' EXIT", "cd \(folder.path)"]
            + blocks.map(String.init)).joined(separator: "\n")
            .replacing("127.0.0.1:8080", with: "127.0.0.1:\(try FreePorts.one())")
            .replacing("tessera ", with: "\(try Installed.program()) ")
        try Files.write(Array(script.utf8), to: folder.path + "/guide.sh")
        let result = try Command("bash", [folder.path + "/guide.sh"], within: 600)
        let log = (try? Files.read(folder.path + "/serve.log")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        try #require(result.status == 0, "\(result.output)\(result.errors)\(log)")

        let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        func has(_ words: [String]) -> Bool { lines.contains { Array($0.prefix(words.count)) == words } }
        let shipped = lines.filter { $0.first?.hasPrefix("dev.tessera.") == true && $0.dropFirst(2).first == "active" }
        #expect(Set(shipped.map { $0[0] }).count == 10)
        // After the swap, after the way back, and while a broken file lies there.
        #expect(has(["com.example.weekend", "1.1.0", "active", "2", "process"]), "\(result.output)")
        #expect(has(["1", "1.0.0", "superseded", "process"]) && has(["2", "1.1.0", "active", "process"]))
        #expect(lines.count { Array($0.prefix(4)) == ["com.example.weekend", "1.0.0", "active", "1"] } == 2)
        #expect(result.output.contains("not a shared object") && result.output.contains("still refused"))
        #expect(has(["com.example.weekend", "1.1.0", "retired"]))
    }

    private func buildWeekend(_ version: String, into folder: String) throws {
        let source = Installed.root + "/Plugins/Examples/weekend/weekend.c"
        try Command.succeed(
            "bash",
            [
                "-c",
                "sed 's/\"1.0.0\"/\"\(version)\"/' '\(source)' | cc -O2 -std=c11 -shared -fPIC -fvisibility=hidden "
                    + "-I '\(try Installed.headers())' -x c -o '\(folder)/weekend-\(version).so' -",
            ])
    }
}
