import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Engine

/// Edits of a journey with members inside: what the preview says, and what the next run does.
@Suite(.serialized) struct EditTests {
    private static let hour = 3600 * Bench.second

    private static func rest(_ id: String, _ hours: Int = 10) -> JSON {
        ["id": .string(id), "type": "wait", "config": ["duration": .integer(Int64(hours)), "unit": "hours"]]
    }

    /// Tiles one after the other, behind an entry.
    private static func line(_ tiles: [JSON]) -> JSON {
        let all: [JSON] = [["id": "in", "type": "entry"]] + tiles
        let ids = all.compactMap { $0["id"] }
        let line = zip(ids, ids.dropFirst()).map { JSON.object(["from": $0, "to": $1]) }
        return ["tiles": .array(all), "edges": .array(line)]
    }

    private func sender(_ bench: Bench, _ answer: String, _ id: String = "send") -> JSON {
        [
            "id": .string(id), "type": "test.recorder",
            "config": [
                "path": .string(bench.log), "answer": .string(answer),
                "retry": [
                    "first_pause": ["duration": 1, "unit": "hours"], "window": ["duration": 9, "unit": "days"],
                ],
            ],
        ]
    }

    private func bench(_ count: Int = 5) throws -> Bench {
        let bench = try Bench(batchRows: 2)
        try bench.load("id,age\n" + (1...count).map { "k\($0),\($0)" }.joined(separator: "\n"))
        return bench
    }

    private func started(_ bench: Bench, _ definition: JSON) throws -> String {
        let journey = try bench.journey(definition)
        #expect(try bench.runOnce(journey).status == .completed)
        return journey
    }

    private func put(_ bench: Bench, _ journey: String, _ definition: JSON) throws {
        _ = try bench.engine.update(workspaceID: bench.workspaceID, journeyID: journey, by: "test") {
            try JourneyParser.update($0, with: definition)
        }
    }

    private func preview(_ bench: Bench, _ journey: String, _ definition: JSON) throws -> EditPreview {
        try bench.engine.previewUpdate(workspaceID: bench.workspaceID, journeyID: journey) {
            try JourneyParser.update($0, with: definition)
        }
    }

    /// Previews an edit, makes it, and runs: the counts must be the preview's.
    private func edit(_ bench: Bench, _ journey: String, _ definition: JSON) throws -> (EditPreview, RunRecord) {
        let before = try bench.engine.find(bench.workspaceID, journey)
        let preview = try preview(bench, journey, definition)
        #expect(preview.errors.isEmpty)
        #expect(try bench.engine.find(bench.workspaceID, journey).etag == before.etag, "nothing was done")
        let stats = try bench.stats(journey)
        try put(bench, journey, definition)
        let run = try bench.runOnce(journey)
        #expect(run.status == .completed, "\(run.error)")
        #expect(run.counts.exited == preview.members { $0 == .leave })
        for (id, tile) in preview.tiles {
            #expect(tile.members == stats.tile(id).active)
            guard case .skipForward(let target) = tile.effect else { continue }
            #expect(try bench.stats(journey).tile(id).active == 0)
            #expect(try bench.stats(journey).tile(target).entered >= stats.tile(target).entered + tile.members)
        }
        let store = try bench.members.store(bench.workspaceID)
        #expect(try store.verifyCounters(store.journeyNumber(journey)).isEmpty)
        return (preview, run)
    }

    private struct Place {
        var state: MemberState
        var arrivedAt: Int64
        var wake: Int64
        var attempt: Int32
        var reason: ExitReason
    }

    private func place(_ bench: Bench, _ journey: String, _ key: String = "k1") throws -> Place {
        let store = try bench.members.store(bench.workspaceID)
        let rows = try #require(try store.member(store.journeyNumber(journey), key: Array(key.utf8)))
        return withExtendedLifetime(rows) {
            Place(
                state: rows.state(0), arrivedAt: rows.arrivedAt[0], wake: rows.wake[0], attempt: rows.attempt[0],
                reason: rows.reason(0))
        }
    }

    @Test func whoStandsOnARemovedTileArrivesAtTheNext() throws {
        let bench = try bench()
        let journey = try started(bench, Self.line([Self.rest("a"), Self.rest("b"), Self.rest("c", 1)]))
        bench.clock.advance(Self.hour)
        let (preview, run) = try edit(bench, journey, Self.line([Self.rest("c", 1)]))
        #expect(preview.tiles["a"] == .init(members: 5, effect: .skipForward(to: "c")))
        #expect(preview.tiles["b"] == .init(members: 0, effect: .skipForward(to: "c")))
        #expect(preview.tiles["c"] == .init(members: 0, effect: .stay))
        #expect(run.counts.moved == 5 && run.counts.waiting == 5 && run.counts.exited == 0)
        let place = try place(bench, journey)
        // The wait begins with the arrival.
        #expect(place.arrivedAt == bench.clock.now() && place.wake == bench.clock.now() + Self.hour)
        #expect(place.state == .waiting && place.attempt == 0)
        let store = try bench.members.store(bench.workspaceID)
        let path = try store.history(store.journeyNumber(journey), key: Array("k1".utf8))?.present.path
        #expect(path?.map(\.branch) == ["next", nil, nil] && path?[1].leftAt == bench.clock.now())
        // Once: the next run leaves them alone.
        bench.clock.advance(Self.hour - 1)
        #expect(try bench.runOnce(journey).counts.moved == 0)
        bench.clock.advance(1)
        #expect(try bench.runOnce(journey).counts.completed == 5)
    }

    @Test func whereNothingIsLeftTheyLeave() throws {
        let bench = try bench()
        let journey = try started(bench, Self.line([Self.rest("a"), Self.rest("b")]))
        let (preview, run) = try edit(bench, journey, Self.line([Self.rest("other")]))
        #expect(preview.tiles["a"] == .init(members: 5, effect: .leave))
        #expect(run.counts.exited == 5 && run.counts.entered == 0)
        #expect(try place(bench, journey).reason == .tileRemoved)
    }

    @Test func severalEditsBetweenTwoRunsAreOne() throws {
        let bench = try bench()
        let journey = try started(bench, Self.line([Self.rest("a"), Self.rest("b"), Self.rest("c"), Self.rest("d")]))
        // `a` goes, then `b`, which it led to, and what came for them; the last run knew none of it.
        try put(bench, journey, Self.line([Self.rest("b"), Self.rest("x"), Self.rest("d")]))
        try put(bench, journey, Self.line([Self.rest("x"), Self.rest("c"), Self.rest("d")]))
        let (preview, _) = try edit(bench, journey, Self.line([Self.rest("y"), Self.rest("d", 2)]))
        #expect(preview.tiles["a"] == .init(members: 5, effect: .skipForward(to: "d")))
        // Of a tile that no run has seen its newest version knows where it led.
        #expect(preview.tiles["x"] == .init(members: 0, effect: .skipForward(to: "d")))
        #expect(try bench.stats(journey).tile("d").active == 5)
    }

    /// A run that an edit found in the middle has moved some by then; the next edit finds them where it left them.
    @Test func aRunThatWasCancelledCountsToo() throws {
        let bench = try bench(40)
        let journey = try started(bench, Self.line([Self.rest("a"), Self.rest("end")]))
        _ = try edit(bench, journey, Self.line([Self.rest("end")]))
        try put(bench, journey, Self.line([sender(bench, "hang"), Self.rest("b"), Self.rest("end")]))
        // New ones come, and are caught at tiles that no completed run has known.
        try bench.load("id,age\n" + (1...44).map { "k\($0),\($0)" }.joined(separator: "\n"))
        let caught = try bench.trigger(journey)
        try eventually { try !bench.sent().isEmpty }
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        try Files.write([], to: bench.log + ".go")
        #expect(try bench.end(caught).status == .cancelled)
        let active = try bench.stats(journey).tiles.filter { $0.active > 0 }.map(\.tileID)
        #expect(active.contains("send") || active.contains("b"), "\(active)")
        let definition = Self.line([Self.rest("end", 3)])
        let preview = try preview(bench, journey, definition)
        try put(bench, journey, definition)
        _ = try bench.engine.change(.resume, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(try bench.runOnce(journey).status == .completed)
        #expect(preview.members { $0 == .leave } == 0)
        #expect(try bench.stats(journey).tile("end").active == 44)
        #expect(try place(bench, journey).wake == bench.clock.now() + 3 * Self.hour)
        let store = try bench.members.store(bench.workspaceID)
        #expect(try store.verifyCounters(store.journeyNumber(journey)).isEmpty)
    }

    /// In retry or parked at a delivery that is gone, and the next tile delivers too: what went wrong is forgotten.
    @Test(arguments: ["retry", "fail"]) func aRemovedDeliveryHoldsNobody(answer: String) throws {
        let bench = try bench()
        let journey = try started(
            bench, Self.line([sender(bench, answer), sender(bench, "hang", "then"), Self.rest("b")]))
        let stats = try bench.stats(journey).tile("send")
        #expect(stats.active == 5 && stats.failed == (answer == "fail" ? 5 : 0))
        let definition = Self.line([sender(bench, "hang", "then"), Self.rest("b")])
        let preview = try preview(bench, journey, definition)
        #expect(preview.tiles["send"] == .init(members: 5, effect: .skipForward(to: "then")))
        try put(bench, journey, definition)
        let sent = try bench.sent().count
        let run = try bench.trigger(journey)
        try eventually { try bench.sent().count > sent }
        let store = try bench.members.store(bench.workspaceID)
        let number = try store.journeyNumber(journey)
        // Already while they are in flight there.
        try eventually { try store.deadLetters(DeadLetterFilter(), limit: 10).letters.isEmpty }
        try Files.write([], to: bench.log + ".go")
        #expect(try bench.end(run).status == .completed)
        let after = try bench.stats(journey)
        #expect(after.tile("send").active == 0 && after.tile("send").failed == 0 && after.tile("b").active == 5)
        #expect(try store.verifyCounters(number).isEmpty)
    }

    /// What failed there takes the way of failures where that is all that is left.
    @Test func theBranchOfFailuresIsTheLast() throws {
        let bench = try bench()
        let edges: [JSON] = [["from": "send", "to": "late", "branch": "failed"]]
        func definition(_ tiles: [JSON], _ edges: [JSON]) -> JSON {
            ["tiles": .array([["id": "in", "type": "entry"]] + tiles), "edges": .array(edges)]
        }
        let journey = try started(
            bench,
            definition(
                [sender(bench, "retry"), Self.rest("next"), Self.rest("late")],
                [["from": "in", "to": "send"], ["from": "send", "to": "next"]] + edges))
        let split: JSON = [
            "id": "ab", "type": "split",
            "config": ["variants": [["name": "a", "weight": 1], ["name": "b", "weight": 1]]],
        ]
        let both = definition(
            [split, Self.rest("next"), Self.rest("late")],
            [["from": "in", "to": "ab"], ["from": "ab", "to": "next"], ["from": "ab", "to": "late"]])
        #expect(try self.preview(bench, journey, both).tiles["send"]?.effect == .skipForward(to: "next"))
        let (preview, _) = try edit(bench, journey, Self.line([Self.rest("late")]))
        #expect(preview.tiles["send"]?.effect == .skipForward(to: "late"))
    }

    /// A tile of another config is handed its members at once, who skip to it too.
    @Test func aChangedTileDecidesAfresh() throws {
        let bench = try bench()
        let journey = try started(bench, Self.line([Self.rest("a"), Self.rest("b")]))
        bench.clock.advance(Self.hour)
        let (changed, run) = try edit(bench, journey, Self.line([Self.rest("a", 1), Self.rest("b")]))
        #expect(changed.tiles["a"] == .init(members: 5, effect: .configChanged))
        #expect(run.counts.moved == 5)
        #expect(try bench.stats(journey).tile("b").active == 5)
        // A preview of what is there already changes nobody.
        let same = try preview(bench, journey, Self.line([Self.rest("a", 1), Self.rest("b")]))
        #expect(same.members { $0 == .stay } == 5)
    }

    /// All moves of an edit are made in one pass: who comes to another tile that it concerns is handed to it on arrival, and only then.
    @Test func whoMovesFromOneChangedTileToAnotherWaitsThereOnce() throws {
        let bench = try bench()
        let journey = try started(
            bench, Self.line([Self.rest("gone"), Self.rest("a"), Self.rest("b"), Self.rest("c")]))
        bench.clock.advance(10 * Self.hour)
        #expect(try bench.runOnce(journey).counts.moved == 5)
        try bench.load("id,age\n" + (1...8).map { "k\($0),\($0)" }.joined(separator: "\n"))
        #expect(try bench.runOnce(journey).counts.entered == 3)
        bench.clock.advance(Self.hour)
        // Three stand at `gone`, five at `a`: all come to `b`.
        let run = try edit(bench, journey, Self.line([Self.rest("a", 1), Self.rest("b", 4), Self.rest("c")])).1
        #expect(run.counts.moved == 8 && run.counts.waiting == 8)
        #expect(try bench.stats(journey).tile("a").active == 3 && bench.stats(journey).tile("b").active == 5)
    }

    /// Nobody was there when the run began; after a kill it finds those whom it has brought there itself.
    @Test func whoComesToAChangedTileInARunIsHandedToItOnceWhateverIsKilled() throws {
        let bench = try bench()
        func definition(_ hours: Int) -> JSON {
            let young: JSON = [
                "type": "condition", "condition_type": "property", "column": "age", "operator": "less_than", "value": 3,
            ]
            return [
                "tiles": [
                    ["id": "in", "type": "entry"], Self.rest("a", 1),
                    ["id": "young", "type": "filter", "config": young],
                    Self.rest("b", hours), sender(bench, "hang"),
                ],
                "edges": [
                    ["from": "in", "to": "a"], ["from": "a", "to": "young"],
                    ["from": "young", "to": "b", "branch": "yes"], ["from": "young", "to": "send", "branch": "no"],
                ],
            ]
        }
        let journey = try started(bench, definition(4))
        bench.clock.advance(Self.hour)
        try put(bench, journey, definition(36))
        // Entry, which comes after, does not begin.
        _ = try bench.engine.change(.drain, workspaceID: bench.workspaceID, journeyID: journey)
        let run = try bench.trigger(journey)
        try eventually { try !bench.sent().isEmpty }
        #expect(try bench.stats(journey).tile("b").active == 2)
        bench.engine.queue.running(journey)?.requestStop(.shutdown)
        try Files.write([], to: bench.log + ".go")
        try bench.restart()
        let counts = try bench.end(run).counts
        #expect(counts.waiting == 2 && counts.moved == 5 && counts.delivered == 3)
    }

    /// Runs fail over and over in the meantime, and leave more behind than anybody reads of them.
    @Test func anEditIsKnownHoweverManyRunsFailAfterIt() throws {
        let bench = try bench()
        let journey = try started(bench, Self.line([Self.rest("a"), Self.rest("b"), Self.rest("c", 1)]))
        bench.clock.advance(Self.hour)
        let definition = Self.line([Self.rest("b", 20), Self.rest("c", 1)])
        try put(bench, journey, definition)
        try bench.warehouse.removeEmbedded(workspaceID: bench.workspaceID)
        for _ in 1...55 { #expect(try bench.runOnce(journey).status == .failed) }
        try bench.warehouse.createEmbedded(workspaceID: bench.workspaceID)
        try bench.load("id,age\nk1,1\nk2,2\nk3,3\nk4,4\nk5,5\n")
        #expect(try preview(bench, journey, definition).tiles["a"]?.effect == .skipForward(to: "b"))
        let counts = try bench.runOnce(journey).counts
        #expect(counts.moved == 5 && counts.exited == 0)
        #expect(try bench.stats(journey).tile("b").active == 5)
    }

    @Test func whoMatchesTheExitCriteriaIsOutBeforeItSkips() throws {
        let bench = try bench()
        let journey = try started(bench, Self.line([Self.rest("a"), sender(bench, "advance"), Self.rest("b")]))
        var definition = Self.line([sender(bench, "advance"), Self.rest("b")]).objectValue ?? [:]
        definition["exit_criteria"] = [
            "type": "condition", "condition_type": "property", "column": "age", "operator": "less_than", "value": 3,
        ]
        try put(bench, journey, .object(definition))
        let run = try bench.runOnce(journey)
        #expect(run.counts.exited == 2 && run.counts.delivered == 3)
        #expect(try bench.sent().allSatisfy { !$0.hasPrefix("k1 ") && !$0.hasPrefix("k2 ") })
    }

    @Test func anInvalidEditIsPreviewedAndNotMade() throws {
        let bench = try bench()
        let journey = try started(bench, Self.line([Self.rest("a")]))
        let definition: JSON = ["tiles": [["id": "in", "type": "entry"], ["id": "x", "type": "nowhere"]]]
        let preview = try preview(bench, journey, definition)
        #expect(preview.errors.map(\.message).contains("Tile 'x' has type 'nowhere', which no loaded plugin provides"))
        #expect(preview.tiles["a"] == .init(members: 5, effect: .leave))
        #expect(throws: EngineError.self) { try put(bench, journey, definition) }
        _ = try bench.engine.change(.pause, workspaceID: bench.workspaceID, journeyID: journey)
        _ = try bench.engine.change(.archive, workspaceID: bench.workspaceID, journeyID: journey)
        #expect(throws: EngineError.self) { try self.preview(bench, journey, definition) }
    }
}
