import Journeys

/// What a journey would do in days to come.
enum SimulationSchemas {
    static let all: [String: Schema] = [
        "SimulationRequest": .input(
            [
                "days": .integer("", 1...366), "journey": .ref("JourneyUpdate"),
                "from": .words(["present", "empty"], "With the members inside now (the default), or without."),
                "start": .instant,
                "every": .input(
                    [
                        "duration": .integer("", 1...(.max)),
                        "unit": .words(["seconds", "minutes", "hours", "days", "weeks"]),
                    ], required: ["duration", "unit"],
                    "Between two runs of a journey without a schedule, from a minute to 366 days; a day by default."),
                "member": Schema.string("Follow this member only.", 1...(1 << 20)).nullable,
                "limit": .integer("How many deliveries are listed.", 0...10_000).with("default", 100),
            ], required: ["days"]
        ).example(["days": 7, "from": "empty"]),
        "SimulationReport": report,
        "SimulatedDelivery": .object(
            [
                "at": .time, "tile": .string(example: "thank"), "destination_id": Schema.id.nullable,
                "member": .string(example: "00001"), "key": .string("The idempotency key of the real delivery."),
                "payload": .any, "request": .any,
            ], optional: ["request"]),
        "SimulatedTile": counts.adding([
            "branches": .map(of: .count()), "days": .array(of: counts.adding(["date": .day])),
        ]),
        "SimulatedStep": .object(
            [
                "tile": .string(example: "rest"), "entry": .integer(), "arrived_at": .time, "left_at": .time,
                "branch": .string(), "reason": Schema.any.described("Why the tile decides so."), "waits_until": .time,
                "tried_again_at": .time, "delivery": .ref("SimulatedDelivery"), "assumed": .boolean,
                "error": Schema.object(["code": .string(), "message": .string()]).nullable,
            ],
            optional: [
                "entry", "arrived_at", "left_at", "branch", "reason", "waits_until", "tried_again_at", "delivery",
                "assumed", "error",
            ]
        ).example(["tile": "rest", "arrived_at": "2024-01-15T09:30:00Z", "waits_until": "2024-01-18T09:30:00Z"]),
    ]

    private static let counts = Schema.object([
        "entered": .count(), "left": .count(), "delivered": .count(), "failed": .count(),
    ])

    private static let totals = Schema.object([
        "entered": .count(), "completed": .count(), "exited": .count(), "delivered": .count(), "failed": .count(),
        "active": .count(),
    ])

    private static let report = Schema.object(
        [
            "from": .time, "to": .time, "runs": .count(), "deliveries_total": .count(),
            "deliveries": .array(of: .ref("SimulatedDelivery")),
            "assumed": .array(of: .string(), "Tiles whose plugins can't rehearse."),
            "tiles": .map(of: .ref("SimulatedTile"), "By the tile's id."), "totals": totals, "member": .string(),
            "status": .words(["not_entered", "active", "completed", "exited"]),
            "reason": Schema.string().nullable, "path": .array(of: .ref("SimulatedStep")),
            "decisions": .array(of: .object(["criteria": .string(), "at": .time, "reason": .any])), "left_at": .time,
        ],
        optional: ["tiles", "totals", "member", "status", "reason", "path", "decisions", "left_at"],
        "`tiles` and `totals`; with a `member` its way instead."
    ).example([
        "from": "2024-01-15T09:30:00Z", "to": "2024-01-22T09:30:00Z", "runs": 7, "deliveries_total": 0,
        "deliveries": [], "assumed": [],
        "tiles": [
            "in": [
                "entered": 3, "left": 3, "delivered": 0, "failed": 0, "branches": ["next": 3],
                "days": [["date": "2024-01-15", "entered": 3, "left": 3, "delivered": 0, "failed": 0]],
            ]
        ],
        "totals": ["entered": 3, "completed": 0, "exited": 0, "delivered": 0, "failed": 0, "active": 3],
    ])
}
