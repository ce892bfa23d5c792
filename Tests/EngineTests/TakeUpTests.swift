import Journeys
import Store
import Testing

@testable import Engine

/// A gateway listens before anything goes on: what it found undone is in its place by then.
struct TakeUpTests {
    @Test func callsFindRunsOfBeforeInTheirPlaces() throws {
        let bench = try Bench()
        try bench.load("id,n\na,1\nb,2\n")
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "hold", "type": "wait", "config": ["duration": 1, "unit": "days"]],
            ],
            "edges": [["from": "in", "to": "hold"]],
        ])
        try bench.restart(begins: false)
        let first = try bench.trigger(journey)
        let second = try bench.trigger(journey)
        // As they stand after a kill between the call and the run.
        try bench.restart(begins: false)
        #expect(throws: EngineError.self) { try bench.trigger(journey) }
        #expect(try bench.run(first).status == .queued && bench.run(second).status == .queued)
        try bench.engine.cancelRun(workspaceID: bench.workspaceID, journeyID: journey, runID: second.id)
        let third = try bench.trigger(journey)
        bench.engine.begin()
        #expect(try bench.end(first).counts.entered == 2)
        #expect(try bench.end(third).status == .completed && bench.run(second).status == .cancelled)
        #expect(try bench.stats(journey).total.active == 2)
    }
}
