import Journeys
import Testing

@testable import Store

struct RunStoreTests {
    @Test func aRunsWholeLife() throws {
        let fixture = try ControlFixture()
        let (workspace, journey) = (fixture.workspaceID, try fixture.addJourney(1).id)
        let queued = fixture.run(1, of: journey)
        try fixture.store.write { try $0.insertRun(queued) }
        #expect(try fixture.store.read { try $0.run(workspaceID: workspace, id: queued.id) } == queued)
        let start = fixture.clock.now() + 1_000_000
        var run = try fixture.store.write {
            try $0.claimRun(workspaceID: workspace, id: queued.id, owner: "gateway-1", at: start)
        }
        #expect(run.status == .running)
        #expect(run.fence == 1)
        #expect(run.startedAt == start)
        run.counts.entered = 1000
        run.counts.skipped = 3
        var tile = RunTileCounts()
        tile.in = 1000
        tile.out = 990
        tile.waiting = 10
        tile.generations = [2, 3]
        run.tiles = ["tile-1": tile]
        run.status = .completed
        run.finishedAt = start + 5_000_000
        let finished = run
        try fixture.store.write { try $0.updateRun(finished) }
        try fixture.reopen()
        let stored = try #require(try fixture.store.read { try $0.run(workspaceID: workspace, id: run.id) })
        #expect(stored == finished)
        let expected = try JSON.parse(
            """
            {"id":"\(run.id)","workspace_id":"\(workspace)","journey_id":"\(journey)","status":"completed",
             "trigger":"manual","error":"","counts":{"entered":1000,"moved":0,"waiting":0,"completed":0,"exited":0,
             "failed":0,"delivered":0,"skipped":3},
             "tiles":{"tile-1":{"in":1000,"out":990,"waiting":10,"failed":0,"generations":[2,3]}},
             "started_at":"2024-01-15T09:30:01Z","finished_at":"2024-01-15T09:30:06Z",
             "created_at":"2024-01-15T09:30:00Z","created_by":"key"}
            """)
        #expect(stored.json == expected)
        #expect(try fixture.store.read { try $0.unfinishedRuns() }.isEmpty)
    }

    @Test func anOldOwnerCanNotWrite() throws {
        let fixture = try ControlFixture()
        let (workspace, journey) = (fixture.workspaceID, try fixture.addJourney(1).id)
        let id = fixture.run(1, of: journey).id
        let first = try fixture.store.write { writer in
            try writer.insertRun(fixture.run(1, of: journey))
            return try writer.claimRun(workspaceID: workspace, id: id, owner: "a", at: 1)
        }
        let second = try fixture.store.write {
            try $0.claimRun(workspaceID: workspace, id: id, owner: "b", at: 2)
        }
        #expect(second.fence == 2)
        #expect(second.startedAt == 1)
        var late = first
        late.status = .completed
        let stale = late
        #expect(throws: StoreError.staleFence("run \(id) has another owner now (fence 2, not 1)")) {
            try fixture.store.write { try $0.updateRun(stale) }
        }
        var done = second
        done.status = .failed
        done.error = "source gone"
        let failed = done
        try fixture.store.write { try $0.updateRun(failed) }
        // The same again, as after an answer that got lost, is fine; another end is not.
        try fixture.store.write { try $0.updateRun(failed) }
        done.status = .completed
        let changed = done
        #expect(throws: StoreError.staleFence("run \(id) is over: it is failed")) {
            try fixture.store.write { try $0.updateRun(changed) }
        }
        #expect(throws: StoreError.staleFence("run \(id) is over: it is failed")) {
            try fixture.store.write { try $0.claimRun(workspaceID: workspace, id: id, owner: "c", at: 3) }
        }
    }

    @Test func aCancelledRunTakesItsLastCounts() throws {
        let fixture = try ControlFixture()
        let (workspace, journey) = (fixture.workspaceID, try fixture.addJourney(1).id)
        var run = try fixture.store.write { writer in
            try writer.insertRun(fixture.run(1, of: journey))
            return try writer.claimRun(
                workspaceID: workspace, id: fixture.run(1, of: journey).id, owner: "a", at: 1)
        }
        let id = run.id
        #expect(
            try fixture.store.write {
                try $0.cancelRun(workspaceID: workspace, journeyID: journey, id: id, at: 9)
            })
        #expect(
            try !fixture.store.write {
                try $0.cancelRun(workspaceID: workspace, journeyID: journey, id: id, at: 10)
            })
        run.counts.moved = 5
        let running = run
        #expect(throws: StoreError.self) { try fixture.store.write { try $0.updateRun(running) } }
        run.status = .cancelled
        run.finishedAt = 11
        let cancelled = run
        try fixture.store.write { try $0.updateRun(cancelled) }
        #expect(try fixture.store.read { try $0.run(workspaceID: workspace, id: id) } == cancelled)
        #expect(throws: StoreError.notFound("run \(journey)")) {
            try fixture.store.write {
                try $0.cancelRun(workspaceID: workspace, journeyID: journey, id: journey, at: 0)
            }
        }
    }

    @Test func runsOfOneJourneyNeverOverlap() throws {
        let fixture = try ControlFixture()
        let (workspace, journey) = (fixture.workspaceID, try fixture.addJourney(1).id)
        let other = try fixture.addJourney(2).id
        let ids = (1...3).map { fixture.run($0, of: journey).id }
        try fixture.store.write { writer in
            try writer.insertRun(fixture.run(1, of: journey))
            try writer.insertRun(fixture.run(2, of: journey, trigger: .schedule))
            try writer.insertRun(fixture.run(3, of: other))
            _ = try writer.claimRun(workspaceID: workspace, id: ids[0], owner: "a", at: 1)
            _ = try writer.claimRun(workspaceID: workspace, id: ids[2], owner: "a", at: 1)
        }
        let error = #expect(throws: StoreError.self) {
            try fixture.store.write { try $0.claimRun(workspaceID: workspace, id: ids[1], owner: "a", at: 2) }
        }
        guard case .conflict? = error else {
            Issue.record("not a conflict: \(String(describing: error))")
            return
        }
        try fixture.store.read { (reader) throws in
            #expect(try reader.unfinishedRuns().map(\.id) == ids)
            #expect(
                try reader.unfinishedRuns(workspaceID: workspace, journeyID: journey).map(\.id) == [ids[0], ids[1]])
        }
        #expect(
            try fixture.store.write { try $0.cancelRuns(workspaceID: workspace, journeyID: journey, at: 3) }
                == [ids[0], ids[1]])
        #expect(try fixture.store.read { try $0.unfinishedRuns().map(\.id) } == [ids[2]])
    }

    /// Whatever number of runs has failed since the one that completed.
    @Test func versionsSinceTheLastCompletedRun() throws {
        let fixture = try ControlFixture()
        let (workspace, journey) = (fixture.workspaceID, try fixture.addJourney(1).id)
        func worked(besides run: String? = nil) throws -> [Int] {
            try fixture.store.read {
                try $0.workedVersions(workspaceID: workspace, journeyID: journey, besides: run)
            }
        }
        #expect(try worked() == [])
        let versions: [(Int, RunStatus)] =
            [(1, .completed), (2, .completed), (2, .failed), (4, .cancelled)]
            + Array(repeating: (5, .failed), count: 60) + [(3, .failed), (6, .running)]
        for (number, (version, status)) in versions.enumerated() {
            var run = fixture.run(number + 1, of: journey)
            run.journeyVersion = version
            run.status = status
            run.startedAt = 1
            let inserted = run
            try fixture.store.write { try $0.insertRun(inserted) }
        }
        #expect(try worked() == [2, 6, 3, 5, 4])
        #expect(try worked(besides: fixture.run(versions.count, of: journey).id) == [2, 3, 5, 4])
        #expect(try worked(besides: fixture.run(2, of: journey).id) == [1, 6, 3, 5, 4, 2])
        // One that has not begun has moved nobody.
        var queued = fixture.run(100, of: journey)
        queued.journeyVersion = 7
        let waiting = queued
        try fixture.store.write { try $0.insertRun(waiting) }
        #expect(try worked() == [2, 6, 3, 5, 4])
    }

    @Test func theNewestComeFirstAndOnlyToTheirOwn() throws {
        let fixture = try ControlFixture()
        let (workspace, journey) = (fixture.workspaceID, try fixture.addJourney(1).id)
        let other = try fixture.addJourney(2).id
        let runs = (1...60).map { fixture.run($0, of: journey) }
        try fixture.store.write { writer in for run in runs { try writer.insertRun(run) } }
        try fixture.store.read { (reader) throws in
            let listed = try reader.runs(workspaceID: workspace, journeyID: journey)
            #expect(listed.map(\.id) == (11...60).reversed().map { runs[$0 - 1].id })
            #expect(try reader.runs(workspaceID: workspace, journeyID: other).isEmpty)
            #expect(try reader.runs(workspaceID: other, journeyID: journey).isEmpty)
            #expect(try reader.run(workspaceID: workspace, journeyID: other, id: runs[0].id) == nil)
            #expect(try reader.run(workspaceID: other, id: runs[0].id) == nil)
            #expect(try reader.run(workspaceID: workspace, journeyID: journey, id: runs[0].id) == runs[0])
        }
    }

    /// The oldest go, a few with each new one, but for those that edits are told by.
    @Test func aJourneyKeepsItsNewestRuns() throws {
        let fixture = try ControlFixture()
        let (workspace, journey) = (fixture.workspaceID, try fixture.addJourney(1).id)
        let other = try fixture.addJourney(2).id
        func add(
            _ number: Int, of journey: String, version: Int, _ status: RunStatus, isBegun: Bool = true,
            trigger: RunTrigger = .manual
        ) throws {
            var run = fixture.run(number, of: journey)
            (run.journeyVersion, run.status, run.startedAt) = (version, status, isBegun ? 1 : nil)
            run.trigger = trigger
            let record = run
            try fixture.store.write { try $0.insertRun(record, keeping: 10, removing: 3) }
        }
        func kept(_ journey: String) throws -> [Int] {
            let runs = try fixture.store.read {
                try $0.runs(workspaceID: workspace, journeyID: journey, limit: 1000)
            }
            return (1...200).filter { number in runs.contains { $0.id == fixture.run(number, of: journey).id } }
        }
        for number in 101...112 { try add(number, of: other, version: 1, .failed) }
        for number in 1...5 { try add(number, of: journey, version: 1, .completed) }
        for number in 6...9 { try add(number, of: journey, version: 2, .failed) }
        try add(10, of: journey, version: 3, .cancelled, isBegun: false)
        #expect(try kept(journey) == Array(1...10))
        for number in 11...40 { try add(number, of: journey, version: 4, .failed) }
        #expect(try kept(journey) == [5, 9] + Array(31...40))
        try add(41, of: journey, version: 4, .completed)
        for number in 42...51 { try add(number, of: journey, version: 4, .completed) }
        #expect(try kept(journey) == Array(42...51))
        #expect(try kept(other) == Array(103...112))
        // The timer's, which may be one a second, drive out their own only.
        for number in 52...100 { try add(number, of: journey, version: 4, .completed, trigger: .timer) }
        #expect(try kept(journey) == Array(42...51) + Array(91...100))
        try add(113, of: journey, version: 4, .completed, trigger: .schedule)
        #expect(try kept(journey) == Array(43...51) + Array(91...100) + [113])
        var query = RunQuery()
        (query.triggers, query.limit) = ([.manual], 5)
        let asked = try fixture.store.read { try $0.runs(workspaceID: workspace, journeyID: journey, query) }
        #expect(asked.map(\.id) == (47...51).reversed().map { fixture.run($0, of: journey).id })
    }
}
