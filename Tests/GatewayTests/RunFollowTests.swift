import Glibc
import Journeys
import Platform
import TestSupport
import Testing

/// `tessera run --follow` of a run that stands at a gate: what it shows meanwhile, and how it ends.
@Suite struct RunFollowTests {
    private static let more = 57

    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let journey: String
    private let gate: TemporaryDirectory

    init() throws {
        gateway = try TestGateway {
            $0.eventPause = 10_000
            $0.batchRows = 1
        }
        try gateway.buildGate("1")
        try #require(try gateway.plugins("POST", "/load", #"{"file": "gate.so"}"#).status == 200)
        workspace = try gateway.makeWorkspace()
        gate = try TemporaryDirectory()
        journey = try workspace.makeLiveJourney(through: "gate", #"{"path": "\#(gate.path)", "wait": true}"#)
        // More than a run reads ahead.
        let rows = (0..<Self.more).map { "more-\($0 + 10),Max,1,1.5,2024-01-02\n" }.joined()
        try workspace.upload("id,name,orders,total_spent,last_order\n" + rows)
        try Files.write(Array(workspace.key.utf8), to: gate.path + "/key")
    }

    private func spawn(_ more: [String], output: String) throws -> pid_t {
        try ChildProcess.spawn(
            [
                BuiltProducts.tessera, "run", journey, "--follow", "--workspace", workspace.id, "--url",
                "http://127.0.0.1:\(gateway.port)", "--key-file", gate.path + "/key",
            ] + more, output: output, errors: gate.path + "/errors")
    }

    private func openGate() throws { try Files.write([], to: gate.path + "/go") }

    @Test(arguments: [[], ["--json"]]) func aRunThatIsCancelledIsStatusThree(_ more: [String]) throws {
        defer { gateway.stop() }
        let output = gate.path + "/output"
        let pid = try spawn(more, output: output)
        try eventually { Files.exists(gate.path + "/entered.1") }
        let run = try #require(try workspace.json("GET", "/journeys/\(journey)/runs")[0]?["id"]?.stringValue)
        try workspace.json("POST", "/journeys/\(journey)/runs/\(run)/cancel")
        try openGate()
        #expect(ChildProcess.wait(pid) == 3)
        let shown = String(decoding: try Files.read(output), as: UTF8.self)
        if more.isEmpty {
            #expect(shown.split(separator: "\n").last?.hasPrefix("cancelled entered=") == true, "\(shown)")
        } else {
            let json = try JSON.parse(Array(shown.utf8))
            #expect(json["status"] == "cancelled" && json["id"]?.stringValue == run, "\(shown)")
        }
    }

    /// On a terminal it is one line, which is written over.
    @Test func onATerminalABarGrows() throws {
        defer { gateway.stop() }
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        defer { close(master) }
        var (locked, number): (Int32, UInt32) = (0, 0)
        // TIOCSPTLCK and TIOCGPTN, which Swift can't import.
        try #require(ioctl(master, 0x4004_5431, &locked) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
        let pid = try spawn([], output: "/dev/pts/\(number)")
        var shown = ""
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        func readOn() {
            // An error when nobody has the other end (any more).
            while case let count = read(master, &buffer, buffer.count), count > 0 {
                shown += String(decoding: buffer[..<count], as: UTF8.self)
            }
        }
        let partly = /\r\[#*-+\] \d+% running entered=\d+ moved=\d+.* rows=\d+\/60 \d+s\x1B\[K/
        try eventually {
            readOn()
            return shown.contains(partly)
        }
        try openGate()
        let status = try eventually { () -> Int32? in
            readOn()
            return ChildProcess.poll(pid)
        }
        readOn()
        #expect(status == 0, "\(shown)")
        let whole = "[" + String(repeating: "#", count: 24) + "] 100% completed entered=60 moved=60"
        #expect(shown.contains(whole), "\(shown)")
        // The last line stays, and is the only one.
        #expect(shown.hasSuffix("\r\n") && shown.count { $0 == "\r\n" } == 1, "\(shown)")
    }
}
