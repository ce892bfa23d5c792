import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Engine

/// What people do with members who have failed, while runs go on and while none does.
@Suite(.serialized) struct DeadLetterTests {
    private static let people = "id,age\n" + (0..<40).map { "p\(10 + $0),\($0)" }.joined(separator: "\n") + "\n"

    /// Members of 20 and more go to `send`, which answers as told; the others to `other`. After both comes a wait.
    private func journey(
        _ bench: Bench, _ answer: String, other: String = "advance", otherType: String = "test.recorder",
        retry: JSON? = nil, activate: Bool = true
    ) throws -> String {
        var config: [String: JSON] = ["path": .string(bench.log), "answer": .string(answer)]
        config["retry"] = retry
        return try bench.journey(
            [
                "tiles": [
                    ["id": "in", "type": "entry"],
                    [
                        "id": "old", "type": "filter",
                        "config": [
                            "type": "condition", "condition_type": "property", "column": "age",
                            "operator": "greater_than_or_equal", "value": 20,
                        ],
                    ],
                    ["id": "send", "type": "test.recorder", "config": .object(config)],
                    [
                        "id": "other", "type": .string(otherType),
                        "config": otherType == "gate"
                            ? ["path": .string(bench.directory), "wait": true]
                            : ["path": .string(bench.log + "-other"), "answer": .string(other)],
                    ],
                    ["id": "rest", "type": "wait", "config": ["duration": 1, "unit": "days"]],
                ],
                "edges": [
                    ["from": "in", "to": "old"], ["from": "old", "to": "send", "branch": "yes"],
                    ["from": "old", "to": "other", "branch": "no"], ["from": "send", "to": "rest"],
                    ["from": "other", "to": "rest"],
                ],
            ], activate: activate)
    }

    private func store(_ bench: Bench, _ journey: String) throws -> (MemberStore, Int32) {
        let store = try bench.members.store(bench.workspaceID)
        guard let number = try store.knownJourneyNumber(journey) else { throw Failure("nobody has entered") }
        return (store, number)
    }

    private func filter(_ change: (inout DeadLetterFilter) -> Void = { _ in }) -> DeadLetterFilter {
        var filter = DeadLetterFilter()
        change(&filter)
        return filter
    }

    @Test func failedMembersAreTriedAgainUnderTheirKeys() throws {
        let bench = try Bench()
        try bench.load(Self.people)
        let journey = try journey(bench, "fail")
        #expect(try bench.runOnce(journey).counts.failed == 20)
        let (store, number) = try store(bench, journey)
        let letters = try store.deadLetters(filter(), limit: 100).letters
        #expect(letters.count == 20 && letters.allSatisfy { $0.tileID == "send" && $0.code == "SERVER_ERROR" })
        #expect(letters.allSatisfy { $0.attempts == 1 && $0.failedAt == Bench.start && $0.destinationID == nil })
        let first = try bench.sent()

        let count = try bench.engine.remedy(
            .retry, filter { $0.code = "SERVER_ERROR" }, workspaceID: bench.workspaceID)
        #expect(count == 20)
        // Not waiting for anybody: a run of the timer takes them up.
        let second = try eventually { try bench.sent().count == 40 ? Array(bench.sent()[20...]) : nil }
        #expect(Set(second) == Set(first), "the same members, keys and attempts from 1")
        try eventually { bench.engine.queue.isIdle(journey) }
        #expect(try store.verifyCounters(number).isEmpty)
        let run = try bench.control.read { try $0.runs(workspaceID: bench.workspaceID, journeyID: journey) }[0]
        #expect(run.trigger == .timer)
    }

    @Test func skippedMembersGoOnWithoutAnotherAttempt() throws {
        let bench = try Bench()
        try bench.load(Self.people)
        let journey = try journey(bench, "fail")
        try bench.runOnce(journey)
        let (store, number) = try store(bench, journey)
        let wanted = Set(["p30", "p31"].map { Array($0.utf8) })
        #expect(try bench.engine.remedy(.skip, filter { $0.keys = wanted }, workspaceID: bench.workspaceID) == 2)
        try eventually { try bench.stats(journey).tile("rest").active == 22 }
        try eventually { bench.engine.queue.isIdle(journey) }
        #expect(try bench.sent().count == 20)
        let member = try #require(try store.member(number, key: Array("p30".utf8)))
        #expect(member.state(0) == .waiting && member.attempt[0] == 0)
        let stats = try bench.stats(journey)
        #expect(stats.tile("send").failed == 18 && stats.tile("send").branches.map(\.count) == [2])
        #expect(try store.verifyCounters(number).isEmpty)
        #expect(
            try bench.engine.remedy(
                .remove, member: Array("p32".utf8), workspaceID: bench.workspaceID, journeyID: journey))
        #expect(try bench.stats(journey).total.exited == 1)
        #expect(
            try !bench.engine.remedy(
                .retry, member: Array("p32".utf8), workspaceID: bench.workspaceID, journeyID: journey))
        #expect(try store.verifyCounters(number).isEmpty)
    }

    /// The run waits for retries of others; what people do with parked ones goes on beside it and in it, and in the run of the
    /// timer that it makes room for.
    @Test func aRunThatGoesOnIsNoObstacle() throws {
        let bench = try Bench()
        try bench.load(Self.people)
        let journey = try journey(bench, "fail", other: "retry")
        let run = try bench.trigger(journey)
        try eventually { (try? bench.stats(journey).total.failed) == 20 }
        let (store, number) = try store(bench, journey)
        let two = Set(["p30", "p31"].map { Array($0.utf8) })
        #expect(try bench.engine.remedy(.skip, filter { $0.keys = two }, workspaceID: bench.workspaceID) == 2)
        try eventually { try bench.stats(journey).tile("rest").active == 2 }
        #expect(
            try bench.engine.remove(
                member: Array("p10".utf8), workspaceID: bench.workspaceID, journeyID: journey))
        #expect(try bench.engine.remedy(.remove, filter(), workspaceID: bench.workspaceID) == 18)
        let stats = try bench.stats(journey)
        #expect(stats.total.exited == 19 && stats.total.active == 21 && stats.total.failed == 0)
        #expect(try store.verifyCounters(number).isEmpty)
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(try [.completed, .cancelled].contains(bench.end(run).status))
        #expect(try store.verifyCounters(number).isEmpty)
    }

    @Test func whoIsUnderWayIsNotRemoved() throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\n")
        let journey = try journey(bench, "advance", other: "hang")
        let run = try bench.trigger(journey)
        let (store, number) = try eventually { try? self.store(bench, journey) }
        try eventually { try store.member(number, key: Array("a".utf8))?.state(0) == .arrived }
        #expect(
            try !bench.engine.remove(member: Array("a".utf8), workspaceID: bench.workspaceID, journeyID: journey))
        try Files.write([], to: bench.log + "-other.go")
        #expect(try bench.end(run).status == .completed)
        #expect(try bench.engine.remove(member: Array("a".utf8), workspaceID: bench.workspaceID, journeyID: journey))
        #expect(try store.verifyCounters(number).isEmpty)
    }

    /// Many threads help at random while runs go on: nobody is lost or counted twice.
    @Test func countersStayExactUnderAllOfIt() throws {
        let bench = try Bench(batchRows: 16)
        try bench.load("id,age\n" + (0..<400).map { "p\(1000 + $0),\($0 % 40)" }.joined(separator: "\n") + "\n")
        let journey = try journey(bench, "fail", other: "retry")
        let run = try bench.trigger(journey)
        let (store, number) = try eventually { try? self.store(bench, journey) }
        let (engine, workspaceID) = (bench.engine, bench.workspaceID)
        let threads = (0..<3).map { thread in
            NativeThread(name: "helper-\(thread)") {
                for round in 0..<30 {
                    var filter = DeadLetterFilter()
                    filter.keys = Set(
                        (0..<40).map { Array("p\(1000 + ($0 * 7 + round * 13 + thread * 101) % 400)".utf8) })
                    let remedy: MemberStore.Remedy = [.retry, .skip, .remove][(round + thread) % 3]
                    _ = try? engine.remedy(remedy, filter, workspaceID: workspaceID)
                }
            }
        }
        threads.forEach { $0.join() }
        try eventually {
            let total = try bench.stats(journey).total
            return total.active + total.exited + total.completed == 400
        }
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        _ = try bench.end(run)
        #expect(try store.verifyCounters(number).isEmpty)
        let total = try bench.stats(journey).total
        #expect(total.active + total.exited + total.completed == 400)
    }

    /// One run that is inside a plugin keeps neither the caller nor the other journeys' members waiting.
    @Test func aRunThatComesToNoRestIsLeftOut() throws {
        let bench = try Bench()
        try bench.loadGate("1")
        try bench.load("id,age\na,30\n")
        let stuck = try journey(bench, "fail", otherType: "gate")
        let free = try journey(bench, "fail")
        for id in [stuck, free] { #expect(try bench.runOnce(id).counts.failed == 1) }
        try bench.load("id,age\na,30\nb,10\n")
        let run = try bench.trigger(stuck)
        try eventually { Files.exists(bench.directory + "/entered.1") }
        let (store, number) = try store(bench, stuck)
        do {
            _ = try bench.engine.remedy(.remove, filter(), workspaceID: bench.workspaceID)
            Issue.record("it was done inside a plugin's call")
        } catch EngineError.busy(let message) {
            #expect(message.contains("1 members") && message.contains(stuck) && !message.contains(free))
        }
        #expect(try store.deadLetters(filter(), limit: 9).letters.map(\.journeyID) == [stuck])
        try Files.write([], to: bench.directory + "/go")
        #expect(try bench.end(run).status == .completed)
        #expect(try bench.engine.remedy(.remove, filter(), workspaceID: bench.workspaceID) == 1)
        #expect(try store.verifyCounters(number).isEmpty)
    }

    /// Runs that wait for retries only give their threads to others, and lose nothing by it.
    @Test func whoOnlyWaitsMakesRoom() throws {
        let bench = try Bench(runThreads: 2)
        try bench.load("id,age\na,30\nb,10\n")
        let waiting = try (0..<2).map { _ in try journey(bench, "retry", other: "retry") }
        let runs = try waiting.map { try bench.trigger($0) }
        try eventually { try bench.sent().count == 2 }
        let healthy = try journey(bench, "advance")
        #expect(try bench.runOnce(healthy).counts.delivered == 2)
        // One of the two has ended for it, and goes on in a run of the timer.
        let ended = try eventually { try runs.first { try bench.run($0).status == .completed } }
        for id in waiting { try eventually { try bench.nextRetry(id) } }
        bench.clock.advance(2 * Bench.second)
        try eventually { try bench.sent().filter { $0.hasSuffix("2") }.count == 2 }
        let (store, number) = try store(bench, ended.journeyID)
        #expect(try store.verifyCounters(number).isEmpty)
        let again = try bench.control.read {
            try $0.runs(workspaceID: bench.workspaceID, journeyID: ended.journeyID)
        }
        #expect(again.first?.trigger == .timer)
    }

    @Test func aTileSaysHowOftenItTriesAgain() throws {
        let bench = try Bench()
        try bench.load("id,age\na,30\n")
        let journey = try journey(
            bench, "retry", retry: ["attempts": 2, "first_pause": ["duration": 5, "unit": "seconds"]])
        let run = try bench.trigger(journey)
        // What comes of the attempt counts from the time at which the engine hears of it.
        try eventually { try bench.nextRetry(journey) }
        bench.clock.advance(4 * Bench.second)
        #expect(try bench.run(run).status == .running)
        // A fifth of jitter.
        bench.clock.advance(2 * Bench.second)
        let ended = try bench.end(run)
        #expect(ended.counts.failed == 1)
        #expect(try bench.sent().map { $0.suffix(1) } == ["1", "2"])
    }

    @Test func whatIsWrongWithItIsSaid() throws {
        let bench = try Bench()
        try bench.load("id,age\na,30\n")
        let cases: [(JSON, String)] = [
            (["attempts": 0], "/tiles/2/config/retry/attempts"), (["attempts": 51], "/tiles/2/config/retry/attempts"),
            (["window": 5], "/tiles/2/config/retry/window"), (["pause": 5], "/tiles/2/config/retry/pause"),
            (["first_pause": ["duration": 2, "unit": "hours"]], "/tiles/2/config/retry/first_pause"),
            (7, "/tiles/2/config/retry"),
        ]
        for (retry, pointer) in cases {
            let id = try journey(bench, "advance", retry: retry, activate: false)
            let errors = try bench.engine.validate(workspaceID: bench.workspaceID, journeyID: id)
            #expect(errors.map(\.pointer) == [pointer], "\(errors)")
        }
    }

    /// A tile that stands still does not keep the model from being read for others.
    @Test func aTileThatStandsStillDoesNotHoldUpOthers() throws {
        let bench = try Bench(batchRows: 16, silenceLimit: 50_000)
        let rows = (0..<1200).map { "p\(1000 + $0),\($0 % 2 == 0 ? 30 : 10)" }.joined(separator: "\n")
        try bench.load("id,age\n" + rows + "\n")
        let journey = try journey(bench, "hang")
        let run = try bench.trigger(journey)
        // 600 for each: 4 calls of 16 hang at the one tile, the other one goes on.
        try eventually { (try? bench.stats(journey).tile("rest").active) == 600 }
        try Files.write([], to: bench.log + ".go")
        let (store, number) = try store(bench, journey)
        try eventually {
            // Not while somebody is in a call, whose deadline is of this clock.
            let underWay = try store.due(number, upTo: Mover.underwayWake, states: MemberStates(.arrived), limit: 1)
            if underWay.rows.isEmpty { bench.clock.advance(Bench.second) }
            return try bench.stats(journey).tile("rest").active == 1200
        }
        #expect(try bench.end(run).counts.delivered == 1200)
        #expect(try store.verifyCounters(number).isEmpty)
        #expect(try Set(bench.sent().map { $0.suffix(1) }) == ["1"], "waiting for a place is no attempt")
    }
}
