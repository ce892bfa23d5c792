import CTessera
import Foundation
import Journeys
import TestSupport
import Testing
import TesseraTestKit

/// The sync tile, the webhook connector and `tessera receiver` together.
@Suite struct SyncReceiverTests {
    /// `tessera receiver` as a process of its own.
    final class Receiver {
        let port: UInt16
        private let process = Process()

        init(_ arguments: [String]) throws {
            process.executableURL = URL(fileURLWithPath: PluginLibrary.buildDirectory + "/tessera")
            process.arguments = ["receiver", "--listen", "127.0.0.1:0", "--quiet"] + arguments
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
            try #require(line.hasPrefix("receiver listening on http://127.0.0.1:"), "\(line)")
            port = try #require(UInt16(line.split(separator: ":")[2].prefix { $0.isNumber }))
        }

        func stats() throws -> JSON { try JSON.parse(try HTTPClient(port: port).request("GET", "/stats").text) }

        /// Ends it and gives its exit status.
        func stop() -> Int32 {
            process.terminate()
            process.waitUntilExit()
            return process.terminationStatus
        }

        deinit { if process.isRunning { _ = stop() } }
    }

    private func webhook(_ rig: SyncRig, _ receiver: Receiver, batchSize: Int) throws -> SyncRig.Destination {
        let config =
            #"{"url": "http://127.0.0.1:\#(receiver.port)/hook", "batch_size": \#(batchSize), "authorization": "tok-0123456789"}"#
        let destination = try SyncRig.Destination(try PluginLibrary.shipped("Webhook"), config: config)
        destination.secrets = [("tok-0123456789", "Bearer xyz")]
        destination.origins = ["http://127.0.0.1:\(receiver.port)"]
        return rig.add(destination)
    }

    @Test func everyRowArrives() throws {
        let rig = try SyncRig.open.get()
        let folder = try TemporaryFolder()
        let receiver = try Receiver(["--log", folder.path + "/log"])
        let (outcomes, _) = try rig.deliver(1000, to: try webhook(rig, receiver, batchSize: 300))
        #expect(outcomes.allSatisfy { $0 == .advance(branch: 0) })
        #expect(try receiver.stats() == ["requests": 4, "rows": 1000, "distinct_keys": 1000, "failed": 0])
        let log = try String(contentsOfFile: folder.path + "/log", encoding: .utf8)
        let lines = try log.split(separator: "\n").map { try JSON.parse(String($0)) }
        #expect(lines.count == 1000)
        let line = try #require(lines.first { $0["row"]?["primary_key"] == "m7" })
        #expect(
            line["row"]
                == ["data": ["Name": "n7"], "operation": "insert", "primary_key": "m7", "idempotency_key": "k7"])
        #expect(line["headers"]?["authorization"] == "Bearer xyz")
        #expect(line["method"] == "POST" && line["path"] == "/hook")
        #expect(receiver.stop() == 0)
    }

    @Test func faultsOnDemand() throws {
        let rig = try SyncRig.open.get()
        let receiver = try Receiver(["--fail-every", "2", "--status", "429", "--retry-after", "60", "--delay-ms", "20"])
        let (outcomes, _) = try rig.deliver(10, to: try webhook(rig, receiver, batchSize: 1))
        #expect(outcomes.filter { $0 == .advance(branch: 0) }.count == 5)
        #expect(outcomes.filter { $0 == .retry(at: rig.now + 60_000_000, notAttempted: false) }.count == 5)
        #expect(try receiver.stats() == ["requests": 10, "rows": 5, "distinct_keys": 5, "failed": 5])
    }

    @Test func tellsWhatIsWrongWithItsArguments() throws {
        let program = PluginLibrary.buildDirectory + "/tessera"
        for arguments in [["--listen", "x"], ["--status", "99"], ["--log"], ["--what"]] {
            let command = try Command(program, ["receiver"] + arguments)
            #expect(command.status == 2)
            #expect(command.output.hasPrefix("tessera receiver: "))
        }
        #expect(try Command(program, ["receiver", "--log", "/nowhere/x"]).status == 1)
    }
}
