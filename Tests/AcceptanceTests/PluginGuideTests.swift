import Glibc
import Journeys
import Platform
import Testing

/// The author's guide is a program: its commands are run in their order, as they stand but for the ports, and the code that it
/// shows stands in the files that they write.
@Suite struct PluginGuideTests {
    private func blocks(_ language: String) throws -> [String] {
        let guide = String(decoding: try Files.read(Installed.root + "/Documentation/plugin-author.md"), as: UTF8.self)
        return guide.split(separator: "```", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 && $0.element.hasPrefix(language + "\n") }
            .map { String($0.element.dropFirst(language.count + 1)) }
    }

    @Test func theWholeGuideRuns() throws {
        let folder = try TemporaryFolder()
        let commands = try blocks("sh")
        #expect(commands.count == 7)
        let ports = try FreePorts.two()
        // The guide's programs end with the shell: by their ids, which it knows as its jobs.
        let script =
            ([
                "set -euo pipefail", "umask 022", "trap 'kill $(jobs -p)' EXIT", "cd \(folder.path)",
                "export PATH=\(try Installed.tree())/bin:$PATH TESSERA_URL=http://127.0.0.1:\(ports.0)",
            ] + commands)
            .joined(separator: "\n")
            .replacing("127.0.0.1:8080", with: "127.0.0.1:\(ports.0)")
            .replacing("127.0.0.1:9000", with: "127.0.0.1:\(ports.1)")
        try Files.write(Array(script.utf8), to: folder.path + "/guide.sh")
        // timeout ends the whole group, should a step wait in vain.
        let result = try Command("timeout", ["900", "bash", folder.path + "/guide.sh"], within: 960)
        try #require(result.status == 0, "\(result.output)\(result.errors)")

        #expect(result.output.split(separator: "all checks passed").count == 5)
        let tiles = try #require(try JSON.parse(try Files.read(folder.path + "/stats.json"))["tiles"])
        #expect(tiles["big"]?["completed"] == 1 && tiles["small"]?["completed"] == 2, "\(tiles.text)")
        let received = try Files.read(folder.path + "/received.ndjson").split(separator: UInt8(ascii: "\n"))
            .map { try JSON.parse($0) }
        let bodies = received.compactMap { $0["body"]?.stringValue }.compactMap { try? JSON.parse($0).arrayValue }
        #expect(bodies.contains { $0.compactMap { $0["email"]?.stringValue }.sorted().first == "ann@example.com" })
        #expect(received.allSatisfy { $0["headers"]?["authorization"] == "Bearer my-secret" })
        // At the end the second generation is rolled back, and the first serves.
        let last = result.output.suffix(2000)
        #expect(last.contains("rolled_back") && last.contains("1.1.0") && last.contains("active"), "\(last)")

        try theCodeStands(in: folder.path, ["c": ["plugin.c", "test.c"], "swift": ["plugin.swift", "test.swift"]])
    }

    /// Each block of code must stand, line by line, in one of the files that the guide's commands have written.
    private func theCodeStands(in folder: String, _ names: [String: [String]]) throws {
        let plugins = ["spend-band", "swift-band", "inbox", "swift-inbox"]
        for (language, files) in names {
            let code = try blocks(language)
            #expect(code.count >= 3)
            // The guide has changed one line of its first plugin by then.
            let texts = try plugins.flatMap { plugin in
                try files.map { "\(folder)/\(plugin)/\($0)" }.filter { Files.exists($0) }.map {
                    String(decoding: try Files.read($0), as: UTF8.self)
                        .replacing("value > tile->minimum", with: "value >= tile->minimum")
                }
            }
            for block in code { #expect(texts.contains { $0.contains(block) }, "no file has this:\n\(block)") }
        }
    }

    @Test func whatIsShownAsJSONIsJSON() throws {
        for block in try blocks("json") { #expect(throws: Never.self) { try JSON.parse(block) } }
    }

    /// What the guide names is there: links, examples, functions of the harness.
    @Test func whatItNamesIsThere() throws {
        let root = Installed.root
        let guide = String(decoding: try Files.read(root + "/Documentation/plugin-author.md"), as: UTF8.self)
        for link in guide.split(separator: "](").dropFirst().map({ $0.prefix { $0 != ")" } }) {
            #expect(Files.exists(root + "/Documentation/" + link), "\(link)")
        }
        for example in try Files.list(root + "/Plugins/Examples") {
            #expect(guide.contains("| `\(example)` |"), "the guide does not tell of the example \(example)")
        }
        let headers = try Files.list(root + "/Sources/CTessera/include/tessera").map {
            String(decoding: try Files.read(root + "/Sources/CTessera/include/tessera/" + $0), as: UTF8.self)
        }
        let words = guide.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        for word in Set(words) where word.hasPrefix("tessera_") || word.hasPrefix("TESSERA_") {
            #expect(headers.contains { $0.contains(word) }, "no header has \(word)")
        }
    }
}
