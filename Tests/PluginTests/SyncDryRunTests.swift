import CTessera
import Journeys
import Testing
import TesseraTestKit

/// A simulation: all but the effect.
@Suite struct SyncDryRunTests {
    @Test func recordsWhatWouldBeSent() throws {
        let rig = try SyncRig.open.get()
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin + "/\(SyncSecretTests.token)")
        connector.headers = [("Authorization", "Bearer \(SyncSecretTests.token)"), ("X-A", "\"1\""), ("X-A", "2")]
        connector.rowsPerRequest = 2
        connector.signingTokens = [SyncSecretTests.token]
        connector.refusedRow = 2
        let destination = rig.add(connector) { destination in
            destination.secrets = [(SyncSecretTests.token, "whsec_AAAA")]
            destination.origins = [server.origin]
        }
        let call = CallRecorder(now: rig.now, dryRun: true)
        let (outcomes, _) = try rig.deliver(4, to: destination, call)
        #expect(outcomes == [.advance(branch: 0), .advance(branch: 0), .fail, .advance(branch: 0)])
        #expect(call.doneCount == 1)
        #expect(server.connections == 0)
        #expect(destination.asked == 0 && destination.settled.isEmpty && destination.held == 0)
        #expect(call.records.map { $0.prefix(3) } == ["0: ", "1: ", "3: "])
        let record = try JSON.parse(String(call.records[1].dropFirst(3)))
        #expect(record["method"] == "POST")
        #expect(record["url"] == .string(server.origin + "/********"))
        #expect(record["headers"]?["Authorization"] == "Bearer ********")
        #expect(record["headers"]?["X-A"] == "\"1\", 2")
        #expect(record["headers"]?["webhook-signature"] == "********")
        #expect(
            record["body"]
                == "$member:u=m0 $key:u=k0 $attempt:l=1 Name:u=n0\n$member:u=m1 $key:u=k1 $attempt:l=1 Name:u=n1")
        // Of the request the part that is this row's.
        #expect(record["payload"] == ["Name": "n1"])
        #expect(try JSON.parse(String(call.records[2].dropFirst(3)))["payload"] == ["Name": "n3"])
    }

    @Test func aLargeBodyIsRecordedOnce() throws {
        let rig = try SyncRig.open.get()
        let connector = SyncScriptedConnector("http://127.0.0.1:1/")
        connector.rowsPerRequest = 100
        connector.body = String(repeating: "x", count: 20_000)
        let call = CallRecorder(now: rig.now, dryRun: true)
        _ = try rig.deliver(200, to: rig.add(connector), call)
        #expect(call.records.count == 200)
        let first = try JSON.parse(String(call.records[100].dropFirst(5)))
        #expect(first["body"]?.stringValue?.utf8.count == 20_000)
        let other = try JSON.parse(String(call.records[150].dropFirst(5)))
        #expect(other["body_in_row"] == 100 && other["body"] == nil && other["method"] == "POST")
    }
}
