import CTessera
import Platform
import TesseraTestKit
import Testing

/// A request that was refused as a whole does not take its good rows along.
@Suite struct SyncSplitTests {
    let rig: SyncRig

    init() throws { rig = try SyncRig.open.get() }

    private func connector(_ url: String, rowsPerRequest: Int) -> SyncScriptedConnector {
        let connector = SyncScriptedConnector(url)
        connector.rowsPerRequest = rowsPerRequest
        connector.splitStatus = 422
        return connector
    }

    private func members(_ request: SyncServer.Request) -> [String] {
        (request.body + "\n").split(separator: "\n").compactMap { line in
            line.split(separator: " ").first.map { String($0.dropFirst("$member:u=".count)) }
        }
    }

    @Test(arguments: [Set([13]), Set([0, 99]), Set([50, 51, 52])]) func onlyTheRowAtFaultFails(bad: Set<Int>) throws {
        let server = try SyncServer { request in
            let isRefused = bad.contains { (request.body + "\n").contains("Name:u=n\($0)\n") }
            return .status(isRefused ? 422 : 200, body: isRefused ? "no" : "")
        }
        let destination = rig.add(connector(server.origin, rowsPerRequest: 100))
        let (outcomes, call) = try rig.deliver(100, to: destination)
        for row in 0..<100 { #expect(outcomes[row] == (bad.contains(row) ? .fail : .advance(branch: 0)), "row \(row)") }
        // Each half again: not much more than two requests for each step to each of them.
        #expect(server.requests.count <= 1 + bad.count * 2 * 7)
        // Nobody is in two requests that were taken.
        let taken = server.requests.filter { request in
            !bad.contains { (request.body + "\n").contains("Name:u=n\($0)\n") }
        }
        let sent = taken.flatMap(members)
        #expect(sent.count == 100 - bad.count && Set(sent).count == sent.count)
        for row in bad {
            let error = call.error(row: row)
            #expect(error?.status == 422 && error?.response == "no")
            #expect(error?.request.contains("$member:u=m\(row) ") == true)
        }
        #expect(call.mistakes == 0 && call.doneCount == 1 && destination.held == 0)
        // To the limits the rows of a request that was split were not handed over.
        let split = zip(destination.settled, destination.retried).filter { $0.0.settleClass == TESSERA_SETTLE_REJECTED }
        #expect(split.allSatisfy { settled, retried in retried == (settled.rows > 1 ? settled.rows : 0) })
        #expect(destination.retried.reduce(0, +) > 0)
    }

    @Test func whereAllAreRefusedAllFail() throws {
        let server = try SyncServer { _ in .status(422) }
        let destination = rig.add(connector(server.origin, rowsPerRequest: 25))
        let (outcomes, _) = try rig.deliver(50, to: destination)
        #expect(outcomes.allSatisfy { $0 == .fail })
        #expect(server.requests.count == 2 * 49)
    }

    /// The cells of picked rows are those of the rows, whatever their types.
    @Test func aPartHasTheSameCells() throws {
        let server = try SyncServer { request in
            .status(request.body.split(separator: "\n").count > 1 ? 422 : 200)
        }
        let destination = rig.add(connector(server.origin, rowsPerRequest: 10))
        let mapping = #"""
            [{"source_column": "name", "destination_field": "Name"}, {"source_column": "ok", "destination_field": "Ok"},
             {"source_column": "n", "destination_field": "N"}, {"source_column": "x", "destination_field": "X"},
             {"source_column": "day", "destination_field": "Day"}, {"value": "c", "destination_field": "C"}]
            """#
        let columns =
            SyncRig.reserved + [
                .init(name: "name", type: .string), .init(name: "ok", type: .boolean), .init(name: "n", type: .integer),
                .init(name: "x", type: .number), .init(name: "day", type: .date),
            ]
        let batch = try TestBatch.rows(
            columns,
            (0..<10).map { row in
                SyncRig.reservedCells(row)
                    + (row % 4 == 3
                        ? [.null, .null, .null, .null, .null]
                        : [
                            .string(String(repeating: "é", count: row)), .bool(row % 2 == 0), .integer(Int64(row) * 7),
                            .number(Double(row) / 2), .string("2024-01-1\(row)"),
                        ])
            })
        let call = CallRecorder(now: rig.now)
        try #require(try rig.tile(destination.id, mapping: mapping).run(batch, call) == 0)
        call.waitForDone()
        #expect(call.outcomes(rows: 10).allSatisfy { $0 == .advance(branch: 0) })
        let whole = server.requests.first { $0.body.split(separator: "\n").count == 10 }
        let single = server.requests.filter { !$0.body.contains("\n") }.map(\.body)
        #expect(single.sorted() == whole?.body.split(separator: "\n").map(String.init).sorted())
    }

    @Test func whatIsLeftOfALimitOnRowsIsUsed() throws {
        let server = try SyncServer()
        let destination = rig.add(connector(server.origin, rowsPerRequest: 10)) { $0.rowLimit.withLock { $0 = 17 } }
        let (outcomes, call) = try rig.deliver(30, to: destination)
        let sent = outcomes.count { $0 == .advance(branch: 0) }
        #expect(sent == 17)
        #expect(outcomes.count { $0 == .retry(at: .max / 2, notAttempted: true) } == 13)
        #expect(server.requests.flatMap(members).count == 17)
        #expect(call.doneCount == 1 && destination.held == 0)
    }

    @Test func errorsSayWhatWasSentAndWhatCameBackWithoutSecrets() throws {
        let server = try SyncServer { _ in .status(400, body: "s3cret-value is not welcome") }
        let connector = SyncScriptedConnector(server.origin)
        connector.headers = [("Authorization", "Bearer token-of-it")]
        connector.rowsPerRequest = 3
        let destination = rig.add(connector) { destination in
            destination.secrets = [("token-of-it", "s3cret-value")]
            destination.origins = [server.origin]
        }
        let (_, call) = try rig.deliver(3, to: destination)
        let error = try #require(call.error(row: 2))
        #expect(error.request.hasPrefix("POST \(server.origin)\nAuthorization: Bearer ********\n\n$member:u=m0 "))
        #expect(error.request.contains("$member:u=m2 "))
        #expect(error.response == "******** is not welcome")
        connector.body = String(repeating: "x", count: 100_000)
        let (_, other) = try rig.deliver(1, to: destination)
        let cut = try #require(other.error(row: 0))
        #expect(cut.request.utf8.count < 16_500 && cut.request.hasSuffix("(cut: the body has 100000 bytes)"))
    }

    @Test func whatIsTriedAgainIsCounted() throws {
        let server = try SyncServer { _ in .status(503) }
        let connector = SyncScriptedConnector(server.origin)
        connector.rowsPerRequest = 4
        let destination = rig.add(connector)
        _ = try rig.deliver(6, to: destination)
        #expect(destination.retried.sorted() == [2, 4])
    }
}
