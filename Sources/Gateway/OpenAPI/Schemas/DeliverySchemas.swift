import Delivery
import Journeys

/// How deliveries to a destination go.
enum DeliverySchemas {
    static let all: [String: Schema] = [
        "Delivery": .object([
            "destination_id": .id, "breaker": breaker,
            "disabled": Schema.object(["reason": .string()])
                .described("Nothing is sent until a person acts.").nullable,
            "hold_until": Schema.time.nullable, "limits": .object(DestinationSchemas.limits),
            "today": .object([
                "deliveries": .count(), "remaining": Schema.count("Null without a cap.").nullable, "resets_at": .time,
            ]),
            "in_flight": .count("Requests under way."), "window": .count("How many may be under way now."),
            "totals": totals, "retries": .count(), "held_back": .count(),
            "rate": .object(["requests_per_second": .number, "deliveries_per_second": .number]),
            "latency_ms": .object(
                Dictionary(
                    uniqueKeysWithValues: ["mean", "p50", "p95", "p99", "max"].map { ($0, Schema.number.nullable) })),
            "last_error": Schema.object(["class": .words(classes), "at": Schema.time.nullable]).nullable,
        ])
    ]

    private static let classes = DeliveryFigures.SettleClass.allCases.map(\.name)

    private static let totals = Schema.object(
        Dictionary(
            uniqueKeysWithValues: classes.map { ($0, Schema.object(["requests": .count(), "rows": .count()])) }),
        "By how requests and rows ended.")

    private static let breaker = Schema.object([
        "state": .words(CircuitBreaker.State.allCases.map(\.rawValue)), "opened_at": Schema.time.nullable,
        "retry_at": Schema.time.nullable, "consecutive_failures": .count(), "trips": .count(),
    ])
}
