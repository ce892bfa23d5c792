import Glibc
import Journeys
import Store
import TestSupport
import Testing

@testable import Engine

/// The source's file is taken away under a live engine.
struct SourceGoneTests {
    private static let waiting: JSON = [
        "tiles": [
            ["id": "in", "type": "entry"],
            ["id": "hold", "type": "wait", "config": ["duration": 90, "unit": "days"]],
        ],
        "edges": [["from": "in", "to": "hold"]],
    ]

    @Test(arguments: [false, true])
    func aJourneyWithoutAScheduleGoesOnByItselfOnceItIsBack(_ restarts: Bool) throws {
        let bench = try Bench()
        try bench.load("id,age\na,1\nb,2\n")
        let journey = try bench.journey(Self.waiting)
        try bench.runOnce(journey)
        try bench.load("id,age\na,1\nb,2\nc,3\n")
        let file = "\(bench.directory)/data/\(bench.workspaceID).db"
        for end in ["", "-wal", "-shm"] { rename(file + end, file + ".away" + end) }

        let failed = try bench.runOnce(journey)
        #expect(failed.status == .failed && failed.error.contains("missing"), "\(failed.error)")
        #expect(try bench.status(journey) == .error)
        #expect(try bench.engine.find(bench.workspaceID, journey).statusError.contains("missing"))
        #expect(try bench.stats(journey).total.active == 2)
        if restarts { try bench.restart() }

        // Still away at the next attempt, which is the same kind of run.
        let second = try next(bench, journey, after: failed)
        #expect(second.status == .failed && second.trigger == .manual)
        for end in ["", "-wal", "-shm"] { rename(file + ".away" + end, file + end) }
        let third = try next(bench, journey, after: second)
        #expect(third.status == .completed && third.counts.entered == 1)
        #expect(try bench.status(journey) == .active)
        #expect(try bench.stats(journey).total.active == 3)
        #expect(try bench.engine.find(bench.workspaceID, journey).statusError == "")
    }

    /// The run that begins by itself: after ten minutes at the most, in which a busy machine may not have planned it yet.
    private func next(_ bench: Bench, _ journey: String, after last: RunRecord) throws -> RunRecord {
        let start = bench.clock.now()
        let run = try eventually { () -> RunRecord? in
            if bench.clock.now() < start + 86_400 * Bench.second { bench.clock.advance(5 * Bench.second) }
            let newest = try bench.control.read {
                try $0.runs(workspaceID: bench.workspaceID, journeyID: journey).first
            }
            return newest.flatMap { $0.id != last.id && $0.status.isFinal ? $0 : nil }
        }
        return try bench.end(run)
    }
}
