import Crypto
import Journeys
import Platform
import Store
import Testing
import TestSupport

@testable import Engine

/// Journeys run in virtual time, against real plugins and real files.
@Suite(.serialized) struct SimulationTests {
    private static let day: Int64 = 86_400_000_000

    /// Filter, split, a send that can't be rehearsed, and a wait.
    private func journey(_ bench: Bench, schedule: String? = nil, entry: JSON = [:], exit: JSON? = nil) throws -> String
    {
        var journey: [String: JSON] = [
            "tiles": [
                ["id": "in", "type": "entry", "config": entry],
                ["id": "old", "type": "filter", "config": RunTests.condition],
                [
                    "id": "ab", "type": "split",
                    "config": ["variants": [["name": "a", "weight": 1], ["name": "b", "weight": 1]]],
                ],
                ["id": "send", "type": "test.recorder", "config": ["path": .string(bench.log)]],
                ["id": "rest", "type": "wait", "config": ["duration": 2, "unit": "days"]],
                ["id": "out", "type": "exit"],
            ],
            "edges": [
                ["from": "in", "to": "old"], ["from": "old", "to": "ab", "branch": "yes"],
                ["from": "old", "to": "out", "branch": "no"], ["from": "ab", "to": "send", "branch": "a"],
                ["from": "ab", "to": "rest", "branch": "b"], ["from": "send", "to": "rest"],
                ["from": "rest", "to": "out"],
            ],
        ]
        journey["schedule"] = schedule.map { .string($0) }
        journey["exit_criteria"] = exit
        return try bench.journey(.object(journey))
    }

    private func simulate(
        _ bench: Bench, _ journey: String, days: Int, draft: JSON? = nil,
        _ change: (inout SimulationRequest) -> Void = { _ in }, isAbandoned: (@Sendable () -> Bool)? = nil
    ) throws -> (report: JSON, deliveries: [SimulatedDelivery]) {
        var request = SimulationRequest(days: days)
        change(&request)
        let simulation = try bench.engine.simulation(
            workspaceID: bench.workspaceID, journeyID: journey, request,
            draft: draft.map { draft in { try JourneyParser.update($0, with: draft) } })
        var deliveries: [SimulatedDelivery] = []
        let report = try simulation.run(isAbandoned: isAbandoned ?? { false }, deliver: { deliveries.append($0) })
        #expect(try Files.list(bench.directory + "/tmp").isEmpty, "the copy is gone")
        return (report, deliveries)
    }

    private func count(_ report: JSON, _ path: String...) -> Int64? {
        path.reduce(report as JSON?) { $0?[$1] }?.integerValue
    }

    @Test func countsByTileAndDayAndNothingIsSent() throws {
        let bench = try Bench()
        try bench.load(RunTests.people)
        let journey = try journey(bench)
        let (report, deliveries) = try simulate(bench, journey, days: 4)
        let a = try #require(count(report, "tiles", "send", "delivered"))
        #expect(a > 80 && a < 170, "half of the 250 on average")
        #expect(count(report, "runs") == 4)
        #expect(count(report, "tiles", "in", "entered") == 500 && count(report, "totals", "entered") == 500)
        #expect(report["tiles"]?["old"]?["branches"] == ["no": 250, "yes": 250])
        #expect(count(report, "totals", "completed") == 500 && count(report, "totals", "active") == 0)
        // They come on the first day and leave the wait two days later, on the third.
        let rest = try #require(report["tiles"]?["rest"]?["days"]?.arrayValue)
        #expect(
            rest == [
                ["date": "2023-11-14", "entered": 250, "left": 0, "delivered": 0, "failed": 0],
                ["date": "2023-11-16", "entered": 0, "left": 250, "delivered": 0, "failed": 0],
            ])
        #expect(report["from"] == "2023-11-14T22:13:20Z" && report["to"] == "2023-11-18T22:13:20Z")
        // The recorder promises nothing: it is not called, and that is told.
        #expect(try bench.sent().isEmpty)
        #expect(report["assumed"]?.arrayValue?.count == 1)
        #expect(report["assumed"]?[0]?.stringValue?.contains("tile 'send' was not called") == true)
        #expect(count(report, "deliveries_total") == a && deliveries.count == 100)
        #expect(deliveries.allSatisfy { $0.payload == .null && $0.tileID == "send" && $0.at == Bench.start })
        // The keys are those that a real run sends.
        try bench.runOnce(journey)
        let sent = Set(try bench.sent().map { $0.split(separator: " ").prefix(2).joined(separator: " ") })
        #expect(Int64(sent.count) == a)
        for one in deliveries { #expect(sent.contains("\(one.member) \(one.key)")) }
    }

    @Test func whoIsInsideGoesOnFromThereAndStaysThere() throws {
        let bench = try Bench()
        try bench.load(RunTests.people)
        let journey = try journey(bench)
        try bench.runOnce(journey)
        bench.clock.advance(Self.day)
        let before = try dump(bench)
        let (report, _) = try simulate(bench, journey, days: 3)
        #expect(count(report, "totals", "entered") == 0 && count(report, "totals", "completed") == 250)
        #expect(report["tiles"]?["rest"]?["days"]?[0]?["date"] == "2023-11-16")
        #expect(count(report, "deliveries_total") == 0, "who was sent to is not sent to again")
        #expect(try dump(bench) == before, "nothing of the real state has changed")
        let (empty, _) = try simulate(bench, journey, days: 3) { $0.startsEmpty = true }
        #expect(count(empty, "totals", "entered") == 500)
    }

    /// All that the databases of the bench hold, as text.
    private func dump(_ bench: Bench) throws -> String {
        try ["control.db", "members/\(bench.workspaceID).db", "data/\(bench.workspaceID).db"].map { name in
            let output = try TemporaryDirectory()
            let program = try ChildProcess.spawn(
                ["/usr/bin/env", "sqlite3", "-readonly", bench.directory + "/" + name, ".dump"],
                output: output.path + "/dump", errors: output.path + "/errors")
            #expect(ChildProcess.wait(program) == 0)
            let text = try Files.read(output.path + "/dump")
            #expect(text.count > 1000)
            return String(decoding: text, as: UTF8.self)
        }.joined()
    }

    @Test func theSchedulesTimesAndTheTimersAreKept() throws {
        let bench = try Bench()
        try bench.load("id,age\np1,60\n")
        let daily = try journey(bench, schedule: "30 6 * * *")
        // 22:13 on the 14th: the runs are on the 15th to the 18th at half past six.
        let (report, _) = try simulate(bench, daily, days: 4)
        #expect(count(report, "runs") == 4)
        #expect(
            report["tiles"]?["rest"]?["days"]?.arrayValue?.compactMap { $0["date"] } == ["2023-11-15", "2023-11-17"])
        // A journey that moves its members when they are due has a run for that, which lets nobody in.
        let due = try journey(bench, schedule: "30 6 * * 1", entry: ["advance": "when_due"])
        let (weekly, _) = try simulate(bench, due, days: 14)
        #expect(count(weekly, "runs") == 3)
        #expect(
            weekly["tiles"]?["rest"]?["days"]?.arrayValue?.compactMap { $0["date"] } == ["2023-11-20", "2023-11-22"])
        let (hourly, _) = try simulate(bench, try journey(bench), days: 1) { $0.every = 3_600_000_000 }
        #expect(count(hourly, "runs") == 24)
    }

    @Test(arguments: [false, true]) func oneMembersPathHasItsReasons(_ isIsolated: Bool) throws {
        let bench = try Bench(hostProgram: isIsolated ? BuiltProducts.pluginHost : nil)
        try bench.load(RunTests.people)
        let journey = try journey(bench)
        let (report, _) = try simulate(bench, journey, days: 4) { $0.member = "p1060" }
        #expect(report["member"] == "p1060" && report["status"] == "completed" && report["reason"] == "exit_tile")
        #expect(report["tiles"] == nil)
        let path = try #require(report["path"]?.arrayValue)
        let arm = SplitHash(journey: journey, tile: "ab").unit(member: "p1060") < 0.5 ? "a" : "b"
        #expect(
            path.compactMap { $0["tile"]?.stringValue }
                == (arm == "a" ? ["in", "old", "ab", "send", "rest", "out"] : ["in", "old", "ab", "rest", "out"]))
        #expect(path[1]["branch"] == "yes" && path[1]["entry"] == 1)
        let because: JSON = [
            "matches": true,
            "because": [["column": "age", "operator": "greater_than", "value": 49, "seen": 60, "holds": true]],
        ]
        #expect(path[1]["reason"] == because)
        #expect(path[2]["branch"]?.stringValue == arm && path[2]["reason"]?["arm"]?.stringValue == arm)
        #expect(
            path[2]["reason"]?["u"]?.doubleValue == SplitHash(journey: journey, tile: "ab").unit(member: "p1060"))
        let rest = path[path.count - 2]
        #expect(rest["waits_until"] == "2023-11-16T22:13:20Z" && rest["left_at"] == "2023-11-16T22:13:20Z")
        #expect(report["decisions"]?[0]?["criteria"] == "entry_criteria")
        // Nobody else was looked at.
        let (other, _) = try simulate(bench, journey, days: 1) { $0.member = "p1001" }
        #expect(other["path"]?[1]?["branch"] == "no" && other["path"]?[1]?["reason"]?["matches"] == false)
        #expect(other["path"]?[1]?["reason"]?["because"]?[0]?["seen"] == 1)
    }

    @Test func whoDoesNotEnterOrLeavesEarlyIsToldWhy() throws {
        let bench = try Bench()
        try bench.load("id,age\np1,60\np2,10\n")
        let criteria: JSON = ["entry_criteria": RunTests.condition]
        let journey = try journey(bench)
        let (out, _) = try simulate(bench, journey, days: 2, draft: criteria) { $0.member = "p2" }
        #expect(out["status"] == "not_entered" && out["path"] == [])
        #expect(out["decisions"]?.arrayValue?.count == 1, "what does not change is told once")
        #expect(out["decisions"]?[0]?["reason"]?["because"]?[0]?["seen"] == 10)
        let (gone, _) = try simulate(bench, journey, days: 2, draft: criteria) { $0.member = "nobody" }
        #expect(gone["decisions"]?[0]?["reason"]?["because"] == "the model has no row of this key")
        let leaving: JSON = ["exit_criteria": RunTests.condition]
        let (exited, _) = try simulate(bench, journey, days: 2, draft: leaving) { $0.member = "p1" }
        #expect(exited["status"] == "exited" && exited["reason"] == "exit_criteria")
        #expect(exited["decisions"]?.arrayValue?.last?["criteria"] == "exit_criteria")
        #expect(exited["decisions"]?.arrayValue?.last?["reason"]?["matches"] == true)
    }

    @Test func aDraftMovesMembersAsItsEditWould() throws {
        let bench = try Bench()
        try bench.load(RunTests.people)
        let journey = try journey(bench)
        try bench.runOnce(journey)
        let record = try bench.engine.find(bench.workspaceID, journey)
        var tiles = record.journey.tiles.map(\.json)
        tiles[4] = ["id": "rest", "type": "wait", "config": ["duration": 1, "unit": "hours"]]
        // The wait is over at once, and those who wait in it are handed to it in the first run.
        let (report, _) = try simulate(bench, journey, days: 1, draft: ["tiles": .array(tiles)]) {
            $0.start = Bench.start + 7_200_000_000
        }
        #expect(count(report, "totals", "completed") == 250)
        #expect(try bench.stats(journey).tile("rest").active == 250)
        #expect(throws: EngineError.self) {
            try simulate(bench, journey, days: 1, draft: ["edges": []])
        }
        #expect(throws: JourneyInputError.self) { try simulate(bench, journey, days: 1, draft: ["tiles": 1]) }
    }

    /// Waits of two days from 2023-11-14 on, paused for four days after one. What the next run would do is in it already,
    /// whether the journey goes on now or did a moment ago.
    @Test(
        arguments: [("keep_counting", "2023-11-19"), ("while_active", "2023-11-20"), ("restart", "2023-11-21")],
        [false, true]) func pausesMoveWaitsThereToo(clock: (name: String, date: String), resumes: Bool) throws
    {
        let bench = try Bench()
        try bench.load(RunTests.people)
        let journey = try journey(bench, entry: ["pause_clock": .string(clock.name)])
        try bench.runOnce(journey)
        bench.clock.advance(Self.day)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        bench.clock.advance(4 * Self.day)
        if resumes { _ = try bench.engine.change(.resume, workspaceID: bench.workspaceID, journeyID: journey) }
        let (report, _) = try simulate(bench, journey, days: 4)
        #expect(count(report, "totals", "completed") == 250)
        let rest = try #require(report["tiles"]?["rest"]?["days"]?.arrayValue)
        #expect(rest.map { $0["date"]?.stringValue } == [clock.date])
        #expect(rest.first?["left"] == 250)
    }

    @Test func itEndsWhenNobodyWaitsAnyMoreAndWhenTheEngineStops() throws {
        let bench = try Bench()
        try bench.load(RunTests.people)
        let journey = try journey(bench)
        let asked = Monitor(0)
        #expect(throws: SimulationError.self) {
            try simulate(
                bench, journey, days: 366,
                isAbandoned: {
                    asked.update { count in
                        count += 1
                        return count > 50
                    }
                })
        }
        #expect(asked.withLock { $0 } > 50)
        let request = SimulationRequest(days: 366)
        let simulation = try bench.engine.simulation(
            workspaceID: bench.workspaceID, journeyID: journey, request)
        #expect(throws: SimulationError.self) {
            _ = try simulation.run(
                isAbandoned: { false }, deliver: { _ in }, progress: { _ in bench.engine.stopSimulations() })
        }
    }

    @Test func whatADeadProcessLeftIsSweptAtTheStart() throws {
        let bench = try Bench()
        let left = bench.directory + "/tmp/scratch-\(try Crypto.uuid())"
        try Files.makeDirectory(left)
        try Files.write([1], to: left + "/members.db")
        try Files.makeDirectory(bench.directory + "/tmp/others")
        try bench.restart()
        #expect(try Files.list(bench.directory + "/tmp") == ["others"])
    }
}
