import Journeys

/// Runs and what they count.
enum RunSchemas {
    static let all: [String: Schema] = [
        "Run": .object([
            "id": .id, "workspace_id": .id, "journey_id": .id, "status": .words(RunStatus.allCases.map(\.rawValue)),
            "trigger": .words(RunTrigger.allCases.map(\.rawValue)), "error": .string("Why it failed; else empty."),
            "counts": .ref("RunCounts"), "tiles": .map(of: .ref("RunTileCounts"), "By the tile's id."),
            "started_at": Schema.time.nullable, "finished_at": Schema.time.nullable, "created_at": .time,
            "created_by": .string("The id of the key that triggered it; empty when none did."),
        ]).described("It moves while it runs."),
        "RunCounts": .object([
            "entered": .count("New ones."), "moved": .count("Who left a tile."),
            "waiting": .count("Who were parked in a wait when it ended."), "completed": .count(), "exited": .count(),
            "failed": .count(), "delivered": .count("Rows that a tile with side effects sent."),
            "skipped": .count("Rows without a usable key, or with a value that misfits its type."),
        ]),
        "RunTileCounts": .object([
            "in": .count(), "out": .count(), "waiting": .count(), "failed": .count(),
            "generations": .array(of: .integer(), "Of the plugin's contents that were at work."),
        ]),
    ]
}
