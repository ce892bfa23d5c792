import CTessera
import Columns
import Foundation
import Journeys
import Platform
import Testing
import TesseraTestKit

/// Rows to a real server and what becomes of them.
@Suite struct SyncDeliveryTests {
    let rig: SyncRig

    init() throws { rig = try SyncRig.open.get() }

    @Test func deliversEveryRowOnceAndIsDoneOnce() throws {
        let server = try SyncServer()
        let destination = rig.add(SyncScriptedConnector(server.origin + "/hook?x=1"))
        let (outcomes, call) = try rig.deliver(2000, to: destination)
        #expect(outcomes == Array(repeating: .advance(branch: 0), count: 2000))
        #expect(call.doneCount == 1)
        #expect(destination.held == 0)
        #expect(
            destination.settled == Array(repeating: .init(settleClass: TESSERA_SETTLE_DELIVERED, rows: 1), count: 2000))
        let requests = server.requests
        #expect(Set(requests.map(\.body)).count == 2000)
        #expect(requests.count == 2000)
        #expect(server.mostAtOnce <= 256)
        // Tests beside this one share the transport's pool and may push idle connections out of it, which are then made
        // again: more than 256 in sum, but far from one for each request.
        #expect(server.connections < 1000)
        #expect(requests[0].method == "POST" && requests[0].path == "/hook?x=1")
        #expect(requests[0].headers["content-type"] == "text/plain")
        #expect(requests[0].headers["host"] == "127.0.0.1:\(server.port)")
        #expect(requests[0].headers["user-agent"] == "Tessera/1")
        #expect(requests[0].headers["expect"] == nil)
    }

    @Test func keepsItsConnections() throws {
        let rig = try SyncRig.keeping.get()
        let server = try SyncServer()
        let destination = rig.add(SyncScriptedConnector(server.origin))
        let tile = try rig.tile(destination.id)
        for _ in 0..<20 {
            let call = CallRecorder(now: rig.now)
            try #require(tile.run(try SyncRig.batch(1), call) == 0)
            call.waitForDone()
        }
        #expect(server.requests.count == 20)
        #expect(server.connections == 1)
    }

    @Test func mapsColumnsAndConstants() throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin, maxRows: 3)
        connector.rowsPerRequest = 10
        let destination = rig.add(connector)
        let tile = try rig.tile(
            destination.id,
            mapping: #"""
                [{"source_column": "t", "destination_field": "text"}, {"source_column": "i", "destination_field": "in.t"},
                 {"source_column": "d", "destination_field": "number"}, {"source_column": "b", "destination_field": "bool"},
                 {"source_column": "day", "destination_field": "day"}, {"source_column": "at", "destination_field": "at"},
                 {"source_column": "t", "destination_field": "again"}, {"value": "a b", "destination_field": "c1"},
                 {"value": 7, "destination_field": "c2"}, {"value": 1.5, "destination_field": "c3"},
                 {"value": true, "destination_field": "c4"}, {"value": null, "destination_field": "c5"},
                 {"value": {"b": [1, "\"é"], "a": null}, "destination_field": "c6"}]
                """#)
        #expect(tile.columns.dropFirst(3) == ["t", "i", "d", "b", "day", "at"])
        let columns =
            SyncRig.reserved + [
                Column(name: "t", type: .string), Column(name: "i", type: .integer), Column(name: "d", type: .number),
                Column(name: "b", type: .boolean), Column(name: "day", type: .date),
                Column(name: "at", type: .timestamp),
            ]
        let rows: [[JSON]] = (0..<8).map { row in
            if row == 4 { return SyncRig.reservedCells(row) + [.null, .null, .null, .null, .null, .null] }
            return SyncRig.reservedCells(row) + [
                .string("é\(row)"), .integer(Int64(row)), .number(Double(row) / 2), .bool(row % 3 == 0), "1970-01-10",
                .integer(Int64(row)),
            ]
        }
        let call = CallRecorder(now: rig.now)
        try #require(tile.run(try .rows(columns, rows), call) == 0)
        call.waitForDone()
        #expect(connector.batchSizes == [3, 3, 2])
        #expect(call.outcomes(rows: 8) == Array(repeating: .advance(branch: 0), count: 8))
        let constants = #"c1:u=a b c2:l=7 c3:g=1.5 c4:b=true c5:u=~ c6:json={"a":null,"b":[1,"\"é"]}"#
        let expected = (0..<8).map { row in
            let head = "$member:u=m\(row) $key:u=k\(row) $attempt:l=1 "
            if row == 4 {
                return head + "text:u=~ in.t:l=~ number:g=~ bool:b=~ day:tdD=~ at:tsu:UTC=~ again:u=~ " + constants
            }
            return head + "text:u=é\(row) in.t:l=\(row) number:g=\(Double(row) / 2) bool:b=\(row % 3 == 0) day:tdD=9 "
                + "at:tsu:UTC=\(row) again:u=é\(row) " + constants
        }
        let lines = server.requests.flatMap { $0.body.split(separator: "\n").map(String.init) }
        #expect(lines.sorted() == expected)
    }

    @Test func tellsTheConnectorWhatCameBack() throws {
        let server = try SyncServer { _ in
            .status(503, headers: ["X-Thing:  a b ", "X-THING: c"], body: "busy")
        }
        let connector = SyncScriptedConnector(server.origin)
        let destination = rig.add(connector)
        let (outcomes, call) = try rig.deliver(to: destination)
        #expect(outcomes == [.retry(at: 0, notAttempted: false)])
        #expect(call.error(row: 0)?.status == 503)
        let answer = try #require(connector.answers.first)
        #expect(answer.transport == TESSERA_TRANSPORT_OK)
        #expect(answer.status == 503 && answer.body == "busy")
        #expect(answer.headers == ["x-thing: a b", "x-thing: c", "content-length: 4"])
        #expect(destination.settled == [.init(settleClass: TESSERA_SETTLE_FAILED, rows: 1)])
    }

    /// Value of Retry-After, and the microseconds from now (1,700,000,000 s) that it means; nil: none.
    static let retryAfters: [(String, Int64?)] = [
        ("120", 120_000_000), ("0", nil), ("7200", 3_600_000_000), ("99999999999999999999", 3_600_000_000),
        ("Tue, 14 Nov 2023 22:15:20 GMT", 120_000_000), ("Tuesday, 14-Nov-23 22:15:20 GMT", 120_000_000),
        ("Thu, 14 Nov 2030 22:15:20 GMT", 3_600_000_000), ("Tue, 14 Nov 2000 22:15:20 GMT", nil), ("soon", nil),
        ("-5", nil), ("", nil),
    ]

    @Test(arguments: retryAfters.indices) func readsRetryAfter(index: Int) throws {
        let (value, expected) = Self.retryAfters[index]
        let server = try SyncServer { _ in .status(429, headers: ["Retry-After: \(value)"]) }
        let destination = rig.add(SyncScriptedConnector(server.origin))
        let (outcomes, _) = try rig.deliver(to: destination)
        #expect(outcomes == [.retry(at: expected.map { rig.now + $0 } ?? 0, notAttempted: false)])
        #expect(destination.settled == [.init(settleClass: TESSERA_SETTLE_THROTTLED, rows: 1)])
    }

    /// An API that says it in another way, which its connector reads, is left alone until then as well.
    @Test func theConnectorsTimeHoldsAThrottlingDestination() throws {
        let server = try SyncServer { _ in .status(429) }
        let connector = SyncScriptedConnector(server.origin)
        connector.retryAt = rig.now + 90_000_000
        let destination = rig.add(connector)
        let (outcomes, _) = try rig.deliver(to: destination)
        #expect(outcomes == [.retry(at: connector.retryAt, notAttempted: false)])
        #expect(destination.holds == [connector.retryAt])
    }

    /// Its clock may be wrong: neither all attempts within a second, nor a wait of days.
    @Test(arguments: [(-60_000_000, 0), (0, 0), (172_800_000_000, 3_600_000_000)] as [(Int64, Int64)])
    func theConnectorsTimeIsWithinAnHour(after: Int64, expected: Int64) throws {
        let server = try SyncServer { _ in .status(429) }
        let connector = SyncScriptedConnector(server.origin)
        connector.retryAt = rig.now + after
        let (outcomes, _) = try rig.deliver(to: rig.add(connector))
        #expect(outcomes == [.retry(at: expected == 0 ? 0 : rig.now + expected, notAttempted: false)])
    }

    /// A failure of one request's rows says nothing about the destination's next ones.
    @Test func theConnectorsTimeHoldsNoOtherDestination() throws {
        let server = try SyncServer { _ in .status(500) }
        let connector = SyncScriptedConnector(server.origin)
        connector.retryAt = rig.now + 90_000_000
        let destination = rig.add(connector)
        _ = try rig.deliver(to: destination)
        #expect(destination.holds == [0])
    }

    @Test func followsNoRedirect() throws {
        let target = try SyncServer()
        let server = try SyncServer { _ in .status(307, headers: ["Location: \(target.origin)/"]) }
        let connector = SyncScriptedConnector(server.origin)
        _ = try rig.deliver(to: rig.add(connector))
        #expect(connector.answers.map(\.status) == [307])
        #expect(target.connections == 0)
    }

    @Test func usesTheMethodsAndEmptyParts() throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin)
        let destination = rig.add(connector)
        for method in ["PUT", "GET", "POST", "PATCH", "DELETE"] {
            connector.method = method
            connector.body = method == "PATCH" ? "x" : ""
            connector.headers = [("X-Empty", ""), ("X-Blank", "  ")]
            _ = try rig.deliver(to: destination)
        }
        #expect(server.requests.map(\.method) == ["PUT", "GET", "POST", "PATCH", "DELETE"])
        #expect(server.requests.map(\.body) == ["", "", "", "x", ""])
        #expect(server.requests[2].headers["content-length"] == "0")
        #expect(server.requests.allSatisfy { $0.headers["x-empty"] == "" && $0.headers["content-type"] == nil })
    }

    @Test func anUnknownDestinationIsARetry() throws {
        let call = CallRecorder(now: rig.now)
        let tile = try rig.tile("0a000000-0000-4000-8000-00000000dead")
        try #require(tile.run(try SyncRig.batch(3), call) == 0)
        call.waitForDone()
        #expect(call.outcomes(rows: 3) == Array(repeating: .retry(at: 0, notAttempted: false), count: 3))
        #expect(call.error(row: 2)?.message.contains("no such destination") == true)
        #expect(call.error(row: 2)?.code == "SERVICE_UNAVAILABLE")
        #expect(call.doneCount == 1)
    }

    /// Such as one whose connector is in quarantine: nothing was tried, and it may come back.
    @Test func aDestinationThatCantBeOpenedHoldsItsRowsBack() throws {
        let server = try SyncServer()
        let destination = rig.add(SyncScriptedConnector(server.origin))
        destination.trouble.withLock { $0 = "the plugin 'x' is in quarantine" }
        let (outcomes, call) = try rig.deliver(2, to: destination)
        #expect(outcomes == Array(repeating: .retry(at: rig.now + 60_000_000, notAttempted: true), count: 2))
        #expect(call.error(row: 1)?.message.hasSuffix("can't be used: the plugin 'x' is in quarantine") == true)
        #expect(call.error(row: 1)?.code == "SERVICE_UNAVAILABLE" && call.doneCount == 1)
        destination.trouble.withLock { $0 = "" }
        #expect(try rig.deliver(to: destination).outcomes == [.advance(branch: 0)])
    }

    @Test func anEmptyBatchIsDoneAtOnce() throws {
        let call = CallRecorder(now: rig.now)
        let tile = try rig.tile("0a000000-0000-4000-8000-00000000dead")
        try #require(tile.run(try SyncRig.batch(0), call) == 0)
        #expect(call.doneCount == 1)
    }

    @Test func severalCallsShareTheWay() throws {
        let server = try SyncServer()
        let destinations = (0..<3).map { _ in rig.add(SyncScriptedConnector(server.origin)) }
        let calls = (0..<6).map { _ in CallRecorder(now: rig.now) }
        let tiles = try destinations.map { try rig.tile($0.id) }
        for (index, call) in calls.enumerated() {
            try #require(tiles[index % 3].run(try SyncRig.batch(400), call) == 0)
        }
        for call in calls {
            call.waitForDone()
            #expect(call.outcomes(rows: 400).allSatisfy { $0 == .advance(branch: 0) })
            #expect(call.doneCount == 1)
        }
        #expect(server.requests.count == 2400)
        #expect(destinations.allSatisfy { $0.held == 0 })
    }
}
