import Glibc
import Journeys
import Platform
import Testing

/// The caller's guide is a program: its commands are run as they stand, only with free ports for its own.
@Suite struct GuideTests {
    /// The commands of a section, one text a block.
    private func commands(_ title: String) throws -> [String] {
        let guide = String(decoding: try Files.read(Installed.root + "/Documentation/caller.md"), as: UTF8.self)
        let section = try #require(guide.split(separator: "## ").first { $0.hasPrefix(title) })
        return section.split(separator: "```").filter { $0.hasPrefix("sh\n") }.map { String($0.dropFirst(3)) }
    }

    private func run(_ blocks: [String], in folder: TemporaryFolder) throws -> Command {
        let ports = try FreePorts.two()
        // The guide's programs end with the shell: by their ids, which it knows as its jobs.
        let script =
            (["set -euo pipefail", "trap 'kill $(jobs -p)' EXIT", "cd \(folder.path)"] + blocks)
            .joined(separator: "\n")
            .replacing("127.0.0.1:8080", with: "127.0.0.1:\(ports.0)")
            .replacing("127.0.0.1:9000", with: "127.0.0.1:\(ports.1)")
            .replacing("tessera ", with: "\(try Installed.program()) ")
        try Files.write(Array(script.utf8), to: folder.path + "/guide.sh")
        let result = try Command("bash", [folder.path + "/guide.sh"], within: 600)
        try #require(result.status == 0, "\(result.output)\(result.errors)")
        return result
    }

    @Test func theFirstJourneyOfTheGuideRuns() throws {
        let blocks = try commands("A first journey")
        #expect(blocks.count == 6)
        let folder = try TemporaryFolder()
        let result = try run(blocks, in: folder)
        #expect(result.output.contains(#"{"errors":[],"valid":true}"#), "\(result.output)")
        #expect(result.output.contains(#""total":{"active":0,"completed":2,"exited":0}"#), "\(result.output)")
        let rows = try Files.read(folder.path + "/received.ndjson").split(separator: UInt8(ascii: "\n"))
            .compactMap { try JSON.parse($0)["row"] }.filter { $0["primary_key"]?.stringValue?.isEmpty == false }
        let members = rows.compactMap { $0["primary_key"]?.stringValue }.filter { $0.hasPrefix("0000") }
        #expect(members.sorted() == ["00001", "00003"])
        let ann = try #require(rows.first { $0["primary_key"] == "00001" })
        #expect(
            ann["data"] == ["Email": "ann@example.com", "stats": ["spent": 120.5], "campaign": "thank-you"],
            "\(ann.text)")
    }

    /// The first journey in virtual time, over the API and by the command.
    @Test func theGuidesSimulationsSendNothing() throws {
        let first = try commands("A first journey")
        let simulations = try commands("Trying a journey out")
        #expect(simulations.count == 2)
        let folder = try TemporaryFolder()
        let result = try run(Array(first.prefix(5)) + simulations, in: folder)
        #expect(result.output.contains(#""deliveries_total":2"#), "\(result.output)")
        #expect(result.output.contains(#""seen":120.5"#), "\(result.output)")
        #expect(result.output.contains("member 00001: completed (exit_tile)"), "\(result.output)")
        let lines = try Files.read(folder.path + "/deliveries.ndjson").split(separator: UInt8(ascii: "\n"))
        #expect(try lines.map { try JSON.parse($0)["member"] } == ["00001", "00003"])
        let received = try Files.read(folder.path + "/received.ndjson").split(separator: UInt8(ascii: "\n"))
        #expect(
            try received.allSatisfy {
                try JSON.parse($0)["row"]?["primary_key"]?.stringValue?.hasPrefix("0000") != true
            })
    }

    /// Waits that are past let go at once, one until the morning holds.
    @Test func theGuidesWaitsHold() throws {
        let waits = try commands("Waits")
        #expect(waits.count == 1)
        let result = try run(Array(try commands("A first journey").prefix(3)) + waits, in: TemporaryFolder())
        #expect(result.output.contains(#"{"errors":[],"valid":true}"#), "\(result.output)")
        #expect(result.output.contains(#""morning":{"active":3,"#), "\(result.output)")
    }

    /// Members whose destination could not be reached are found and tried again, with the guide's commands.
    @Test func theGuidesDeadLettersAreFoundAndTriedAgain() throws {
        let first = try commands("A first journey")
        let letters = try commands("Members that failed")
        #expect(letters.count == 2)
        // What the letters need of the first journey: a gateway, a receiver, names for calls, and customers.
        let folder = try TemporaryFolder()
        let result = try run(Array(first.prefix(3)) + letters, in: folder)
        for key in ["00001", "00002", "00003"] {
            #expect(result.output.contains("\"key\":\"\(key)\""), "\(result.output)")
        }
        #expect(result.output.contains(#""request":"POST http://127.0.0.1:1/inbox"#), "\(result.output)")
        #expect(result.output.contains(#"{"retried":3}"#), "\(result.output)")
        #expect(result.output.contains(#""total":{"active":0,"completed":3,"exited":0}"#), "\(result.output)")
        #expect(result.output.contains(#"{"data":[],"next_cursor":null}"#), "\(result.output)")
        let rows = try Files.read(folder.path + "/received.ndjson").split(separator: UInt8(ascii: "\n"))
            .compactMap { try JSON.parse($0)["row"]?["primary_key"]?.stringValue }
        #expect(rows.filter { $0.hasPrefix("0000") }.sorted() == ["00001", "00002", "00003"])
    }
}
