import Glibc
import Journeys
import Platform
import Testing

/// The caller's guide is a program: its first journey is run as it stands, only with free ports for its own.
@Suite struct GuideTests {
    @Test func theFirstJourneyOfTheGuideRuns() throws {
        let guide = String(decoding: try Files.read(Installed.root + "/Documentation/caller.md"), as: UTF8.self)
        let section = try #require(guide.split(separator: "## ").first { $0.hasPrefix("A first journey") })
        let blocks = section.split(separator: "```").filter { $0.hasPrefix("sh\n") }.map { $0.dropFirst(3) }
        #expect(blocks.count == 6)
        let folder = try TemporaryFolder()
        let ports = try FreePorts.two()
        // The guide's programs end with the shell: by their ids, which it knows as its jobs.
        let script =
            (["set -euo pipefail", "trap 'kill $(jobs -p)' EXIT", "cd \(folder.path)"] + blocks.map(String.init))
            .joined(separator: "\n")
            .replacing("127.0.0.1:8080", with: "127.0.0.1:\(ports.0)")
            .replacing("127.0.0.1:9000", with: "127.0.0.1:\(ports.1)")
            .replacing("tessera ", with: "\(try Installed.program()) ")
        try Files.write(Array(script.utf8), to: folder.path + "/guide.sh")
        let result = try Command("bash", [folder.path + "/guide.sh"], within: 60)
        try #require(result.status == 0, "\(result.output)\(result.errors)")
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
}
