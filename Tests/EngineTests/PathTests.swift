import Journeys
import Store
import TestSupport
import Testing

@testable import Engine

/// The recorded way of members: what each kind of step, edit, entry and restart leaves in it.
@Suite(.serialized) struct PathTests {
    private static let hour = 3600 * Bench.second

    /// `tile>branch*attempts@hours stayed`, `.` for no branch, `…` for who is there still.
    private func path(_ bench: Bench, _ journey: String, _ key: String) throws -> String? {
        try entry(bench, journey, key).present.path.map { try text($0, bench, journey) }
    }

    private func text(_ path: [MemberEntry.Step], _ bench: Bench, _ journey: String) throws -> String {
        let store = try bench.members.store(bench.workspaceID)
        let tiles = Dictionary(
            uniqueKeysWithValues: try store.tiles(store.journeyNumber(journey)).map { ($0.number, $0.id) })
        for (step, next) in zip(path, path.dropFirst()) {
            #expect(step.leftAt == next.arrivedAt, "a path without gaps")
            #expect(step.plugin?.isEmpty == false && step.generation == 1)
        }
        return path.map { step in
            let hours = step.leftAt.map { "@\(($0 - step.arrivedAt) / Self.hour)" } ?? "…"
            return "\(tiles[step.tile] ?? "?")>\(step.branch ?? ".")*\(step.attempts)\(hours)"
        }.joined(separator: " ")
    }

    private func entry(_ bench: Bench, _ journey: String, _ key: String) throws -> MemberHistory {
        let store = try bench.members.store(bench.workspaceID)
        let history = try store.history(store.journeyNumber(journey), key: Array(key.utf8))
        let found = try #require(history)
        // The path and the row speak of the same place.
        let last = found.present.path?.last
        if let last {
            #expect(last.tile == found.rows.tile[0] && last.arrivedAt == found.rows.arrivedAt[0])
            #expect(last.leftAt == found.present.leftAt)
        }
        return found
    }

    private func send(_ bench: Bench, _ answer: String) -> JSON {
        [
            "id": "send", "type": "test.recorder",
            "config": ["path": .string(bench.log), "answer": .string(answer), "retry": ["attempts": 3]],
        ]
    }

    private static let rest: JSON = ["id": "rest", "type": "wait", "config": ["duration": 2, "unit": "hours"]]
    private static let split: JSON = [
        "id": "ab", "type": "split",
        "config": ["variants": [["name": "a", "weight": 1], ["name": "b", "weight": 1]]],
    ]

    @Test func everyTileOnTheWayIsThere() throws {
        let bench = try Bench()
        try bench.load(RunTests.people)
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry"], ["id": "old", "type": "filter", "config": RunTests.condition],
                Self.split, Self.rest, ["id": "out", "type": "exit"],
            ],
            "edges": [
                ["from": "in", "to": "old"], ["from": "old", "to": "ab", "branch": "yes"],
                ["from": "ab", "to": "rest", "branch": "a"], ["from": "ab", "to": "out", "branch": "b"],
                ["from": "rest", "to": "out"],
            ],
        ])
        try bench.runOnce(journey)
        func count() throws -> [String: Int] {
            try (1...500).reduce(into: [:]) { $0[try path(bench, journey, "p\(1000 + $1)") ?? "none", default: 0] += 1 }
        }
        let begin = "in>next*1@0 old>yes*1@0 ab>"
        let early = try count()
        #expect(
            Set(early.keys) == [
                "in>next*1@0 old>no*1@0", begin + "a*1@0 rest>.*0…", begin + "b*1@0 out>.*1@0",
            ])
        #expect(early["in>next*1@0 old>no*1@0"] == 250)
        bench.clock.advance(3 * Self.hour)
        try bench.runOnce(journey)
        let late = try count()
        #expect(late[begin + "a*1@0 rest>next*1@3 out>.*1@0"] == early[begin + "a*1@0 rest>.*0…"])
        #expect(late.count == 3)
    }

    @Test func whoLeavesEarlyHasTheTileWithoutABranch() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,60\nc,3\nd,4\ne,5\n")
        let journey = try bench.journey([
            "exit_criteria": RunTests.condition, "tiles": [["id": "in", "type": "entry"], Self.rest],
            "edges": [["from": "in", "to": "rest"]],
        ])
        try bench.runOnce(journey)
        #expect(try path(bench, journey, "b") == "in>.*0@0")
        bench.clock.advance(Self.hour)
        #expect(
            try bench.engine.remove(
                member: Array("d".utf8), workspaceID: bench.workspaceID, journeyID: journey))
        try bench.load("id,age\na,70\nb,60\n")
        try bench.runOnce(journey)
        bench.clock.advance(Self.hour)
        try bench.runOnce(journey)
        let waits = "in>next*1@0 rest>.*0@"
        #expect(try path(bench, journey, "a") == waits + "1")
        #expect(try path(bench, journey, "d") == waits + "1")
        #expect(try path(bench, journey, "c") == waits + "2")
        #expect(try entry(bench, journey, "a").present.reason == .exitCriteria)
        #expect(try entry(bench, journey, "c").present.reason == .notInModel)
        #expect(try entry(bench, journey, "a").present.path?.last?.generation == 1)
    }

    @Test func archivingEndsEveryPath() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey(LifecycleTests.waiting)
        try bench.runOnce(journey)
        bench.clock.advance(Self.hour)
        for call in [JourneyCall.pause, .archive] {
            _ = try bench.engine.change(call, workspaceID: bench.workspaceID, journeyID: journey)
        }
        try eventually { try bench.stats(journey).total.exited == 1 }
        #expect(try path(bench, journey, "a") == "in>next*1@0 rest>.*0@1")
        #expect(try entry(bench, journey, "a").present.reason == .archived)
    }

    @Test func failuresRetriesAndWhatAPersonDidAreThere() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey([
            "tiles": [["id": "in", "type": "entry"], send(bench, "fail"), Self.rest],
            "edges": [["from": "in", "to": "send"], ["from": "send", "to": "rest"]],
        ])
        try bench.runOnce(journey)
        #expect(try path(bench, journey, "a") == "in>next*1@0 send>.*1…")
        bench.clock.advance(Self.hour)
        #expect(
            try bench.engine.remedy(
                .skip, member: Array("a".utf8), workspaceID: bench.workspaceID, journeyID: journey))
        try eventually { try bench.stats(journey).tile("rest").active == 1 }
        #expect(try path(bench, journey, "a") == "in>next*1@0 send>next*0@1 rest>.*0…")
        // The timer fires once a second.
        bench.clock.advance(Bench.second)
        #expect(
            try bench.engine.remedy(
                .retry, member: Array("b".utf8), workspaceID: bench.workspaceID, journeyID: journey))
        try eventually { try bench.stats(journey).total.failed == 1 && bench.sent().count == 3 }
        #expect(try path(bench, journey, "b") == "in>next*1@0 send>.*1…")
        #expect(
            try bench.engine.remedy(
                .remove, member: Array("b".utf8), workspaceID: bench.workspaceID, journeyID: journey))
        #expect(try path(bench, journey, "b") == "in>next*1@0 send>.*1@1")
    }

    @Test func attemptsAreCountedToTheFailedBranch() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey([
            "tiles": [["id": "in", "type": "entry"], send(bench, "retry"), ["id": "sorry", "type": "exit"]],
            "edges": [["from": "in", "to": "send"], ["from": "send", "to": "sorry", "branch": "failed"]],
        ])
        let run = try bench.trigger(journey)
        for attempt in 1...2 {
            try eventually { try bench.sent().count == attempt && bench.nextRetry(journey) != nil }
            bench.clock.advance(Self.hour)
        }
        _ = try bench.end(run)
        #expect(try path(bench, journey, "a") == "in>next*1@0 send>failed*3@2 sorry>.*1@0")
    }

    @Test func everyEntryHasAPathOfItsOwn() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey([
            "tiles": [["id": "in", "type": "entry", "config": ["reentry": [:]]], Self.rest],
            "edges": [["from": "in", "to": "rest"]],
        ])
        for _ in 1...2 {
            try bench.runOnce(journey)
            // Who is due leaves in this run, and comes in again with the next.
            bench.clock.advance(2 * Self.hour)
            try bench.runOnce(journey)
            bench.clock.advance(Self.hour)
        }
        try bench.runOnce(journey)
        let member = try entry(bench, journey, "a")
        #expect(member.present.entry == 3)
        #expect(try path(bench, journey, "a") == "in>next*1@0 rest>.*0…")
        #expect(member.past.map(\.entry) == [2, 1])
        for past in member.past {
            #expect(try past.path.map { try text($0, bench, journey) } == "in>next*1@0 rest>next*1@2")
            #expect(past.status == .completed && past.enteredAt == Bench.start + Int64(past.entry - 1) * 3 * Self.hour)
        }
    }

    @Test func branchesKeepTheirNamesThroughEdits() throws {
        let bench = try Bench()
        try bench.load("id,age\n" + (1...40).map { "k\($0),1" }.joined(separator: "\n"))
        let journey = try bench.journey([
            "tiles": [["id": "in", "type": "entry"], Self.split, Self.rest],
            "edges": [
                ["from": "in", "to": "ab"], ["from": "ab", "to": "rest", "branch": "a"],
                ["from": "ab", "to": "rest", "branch": "b"],
            ],
        ])
        try bench.runOnce(journey)
        let before = try (1...40).map { try path(bench, journey, "k\($0)") }
        #expect(Set(before) == ["in>next*1@0 ab>a*1@0 rest>.*0…", "in>next*1@0 ab>b*1@0 rest>.*0…"])
        _ = try bench.engine.update(workspaceID: bench.workspaceID, journeyID: journey, by: "test") {
            var changed = $0
            changed.tiles[1].config = [
                "variants": [["name": "new", "weight": 1], ["name": "b", "weight": 1], ["name": "a", "weight": 1]]
            ]
            for edge in 1...2 { changed.edges[edge].branch = edge == 1 ? "new" : "b" }
            return changed
        }
        try bench.load("id,age\n" + (1...90).map { "k\($0),1" }.joined(separator: "\n"))
        try bench.runOnce(journey)
        #expect(try (1...40).map { try path(bench, journey, "k\($0)") } == before)
        let after = Set(try (41...90).map { try path(bench, journey, "k\($0)") })
        #expect(
            after == [
                "in>next*1@0 ab>new*1@0 rest>.*0…", "in>next*1@0 ab>b*1@0 rest>.*0…", "in>next*1@0 ab>a*1@0",
            ])
    }

    @Test func stepsNameThePluginGenerationThatWasAtWork() throws {
        let bench = try Bench(batchRows: 1)
        try bench.load("id,age\na,1\nb,2\nc,3\n")
        try bench.loadGate("1")
        let journey = try bench.gateJourney(["wait": true])
        let run = try bench.trigger(journey)
        try bench.waitForGate("1")
        try bench.loadGate("2")
        try bench.openGate()
        #expect(try bench.end(run).status == .completed)
        let plugin = try #require(bench.plugins.tileType("gate")).pluginID
        for (key, generation) in [("a", 1), ("b", 2), ("c", 2)] as [(String, Int32)] {
            let steps = try #require(try entry(bench, journey, key).present.path)
            #expect(steps.map(\.generation) == [1, generation, 1] && steps[1].plugin == plugin, "\(key): \(steps)")
        }
        let store = try bench.members.store(bench.workspaceID)
        #expect(try store.stepKinds(store.journeyNumber(journey)).count == 3)
    }

    @Test func whoStandsOnARemovedTileLeftIt() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try bench.journey(LifecycleTests.waiting)
        try bench.runOnce(journey)
        _ = try bench.engine.update(workspaceID: bench.workspaceID, journeyID: journey, by: "test") {
            var changed = $0
            changed.tiles.removeLast()
            changed.edges.removeAll()
            return changed
        }
        try bench.runOnce(journey)
        #expect(try path(bench, journey, "a") == "in>next*1@0 rest>.*0@0")
        #expect(try entry(bench, journey, "a").present.reason == .tileRemoved)
    }

    @Test func switchedOffThereIsNone() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        func definition(_ path: JSON) -> JSON {
            [
                "tiles": [["id": "in", "type": "entry", "config": ["path": path]], Self.rest],
                "edges": [["from": "in", "to": "rest"]],
            ]
        }
        let off = try bench.journey(definition(false))
        try bench.runOnce(off)
        #expect(try path(bench, off, "a") == nil)
        let store = try bench.members.store(bench.workspaceID)
        #expect(try store.stepKinds(store.journeyNumber(off)).isEmpty)
        let wrong = try bench.journey(definition("no"), activate: false)
        let problems = try bench.engine.validate(workspaceID: bench.workspaceID, journeyID: wrong).map(\.message)
        #expect(problems == ["Tile 'in': config/path: must be true or false"])
    }

    /// The gateway stops while a call is in flight, and again: the steps before it are there once, and it is one step.
    @Test func aRunThatGoesOnAddsNoStepTwice() throws {
        let bench = try Bench(batchRows: 4)
        try bench.load("id,age\n" + (0..<10).map { "k\($0),1" }.joined(separator: "\n"))
        let journey = try bench.journey([
            "tiles": [["id": "in", "type": "entry"], send(bench, "silent"), Self.rest],
            "edges": [["from": "in", "to": "send"], ["from": "send", "to": "rest"]],
        ])
        let run = try bench.trigger(journey)
        for count in 1...2 {
            try eventually { try bench.sent().count >= count }
            try bench.restart()
        }
        try bench.engine.cancelRun(workspaceID: bench.workspaceID, journeyID: journey, runID: run.id)
        _ = try bench.end(run)
        _ = try bench.engine.update(workspaceID: bench.workspaceID, journeyID: journey, by: "test") {
            var changed = $0
            changed.tiles[1].config = ["path": .string(bench.log), "answer": "advance"]
            return changed
        }
        bench.clock.advance(Self.hour)
        try bench.runOnce(journey)
        for key in 0..<10 {
            let steps = try #require(try entry(bench, journey, "k\(key)").present.path)
            #expect(steps.map(\.branch) == ["next", "next", nil], "k\(key): \(steps)")
            #expect(steps[1].attempts >= 1)
        }
    }
}
