import Journeys
import Platform
import TestSupport

/// Journeys in which some wait and the others are sent.
extension Bench {
    /// Those under 14 wait for half a minute; all others are sent. Calls that hang do so until `letGo`.
    func halfMinuteJourney(
        advance: JSON = "when_due", answer: JSON = "hang", rows: ClosedRange<Int> = 10...17, schedule: String? = nil
    ) throws -> String {
        try load("id,n\n" + rows.map { "k\($0),\($0)\n" }.joined())
        let low: JSON = [
            "type": "condition", "condition_type": "property", "column": "n", "operator": "less_than", "value": 14,
        ]
        return try journey([
            "tiles": [
                ["id": "in", "type": "entry", "config": ["advance": advance]],
                ["id": "low", "type": "filter", "config": low],
                ["id": "rest", "type": "wait", "config": ["duration": 30, "unit": "seconds"]],
                ["id": "send", "type": "test.recorder", "config": ["path": .string(log), "answer": answer]],
            ],
            "edges": [
                ["from": "in", "to": "low"], ["from": "low", "to": "rest", "branch": "yes"],
                ["from": "low", "to": "send", "branch": "no"],
            ],
            "schedule": schedule.map { .string($0) } ?? .null,
        ])
    }

    /// Lets hanging calls end.
    func letGo() throws { try Files.write([], to: log + ".go") }

    /// Once the half minute is over, nobody waits any more.
    func waitsMove(_ journey: String) throws {
        clock.advance(31 * Self.second)
        try eventually(within: 10) { try stats(journey).tile("rest").active == 0 ? true : nil }
    }
}
