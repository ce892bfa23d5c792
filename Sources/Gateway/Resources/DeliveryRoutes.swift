import Delivery
import HTTPServer
import Journeys
import Store

/// `/destinations/{id}/delivery`: how deliveries to a destination go, and `/enable`, with which a person lets them go again.
enum DeliveryRoutes {
    static func get(_ call: Call) throws -> Reply {
        let id = try call.id("destination")
        guard let figures = call.rooms.delivery.figures(workspaceID: call.workspaceID, destinationID: id) else {
            throw APIError.notFound("destination")
        }
        return .json(json(id, figures, call.now))
    }

    /// Clears what a destination's answers have set: a 410's error, an open breaker, the pause of a Retry-After.
    static func enable(_ call: Call) throws -> Reply {
        try call.expectNoBody()
        let (workspaceID, id, now, pen) = (call.workspaceID, try call.id("destination"), call.now, call.pen)
        try call.rooms.control.write { writer in
            guard let destination = try writer.destination(workspaceID: workspaceID, id: id) else {
                throw APIError.notFound("destination")
            }
            if destination.status != "connected" {
                try writer.setDestinationStatus(workspaceID: workspaceID, id: id, status: "connected", at: now)
            }
            let before: JSON = [
                "status": .string(destination.status), "status_error": .string(destination.statusError),
            ]
            let after: JSON = ["status": "connected", "status_error": ""]
            try pen.note(AuditChange(.enabled, .destination, id, before: before, after: after), writer)
        }
        call.rooms.delivery.enable(workspaceID: workspaceID, destinationID: id)
        return try DestinationRoutes.get(call)
    }

    private static func json(_ id: String, _ figures: DeliveryFigures, _ now: Int64) -> JSON {
        let remaining = figures.limits.deliveriesPerDay.map { max(0, $0 - figures.today) }
        return [
            "destination_id": .string(id),
            "breaker": breaker(figures.breaker),
            "disabled": figures.disabledReason.map { ["reason": .string($0)] } ?? .null,
            "hold_until": time(figures.holdUntil),
            "limits": [
                "requests_per_second": figures.limits.requestsPerSecond.map { .number($0) } ?? .null,
                "max_in_flight": .integer(Int64(figures.limits.maxInFlight)),
                "deliveries_per_day": figures.limits.deliveriesPerDay.map { .integer(Int64($0)) } ?? .null,
            ],
            "today": [
                "deliveries": .integer(Int64(figures.today)),
                "remaining": remaining.map { .integer(Int64($0)) } ?? .null,
                "resets_at": .string(Timestamp.api(figures.dayEndsAt)),
            ],
            "in_flight": .integer(Int64(figures.inFlight)), "window": .integer(Int64(figures.window)),
            "totals": .object(
                Dictionary(
                    uniqueKeysWithValues: DeliveryFigures.SettleClass.allCases.map {
                        ($0.name, count(figures.count($0)))
                    })),
            "retries": .integer(Int64(figures.retries)), "held_back": .integer(Int64(figures.heldBack)),
            "rate": [
                "requests_per_second": .number(figures.requestsPerSecond),
                "deliveries_per_second": .number(figures.deliveriesPerSecond),
            ],
            "latency_ms": latency(figures.latency), "last_error": lastError(figures),
        ]
    }

    private static func breaker(_ breaker: CircuitBreaker) -> JSON {
        [
            "state": .string(breaker.state.rawValue), "opened_at": time(breaker.openedAt),
            "retry_at": breaker.state == .open ? time(breaker.until) : .null,
            "consecutive_failures": .integer(Int64(breaker.consecutiveFailures)),
            "trips": .integer(Int64(breaker.trips)),
        ]
    }

    private static func latency(_ latency: LatencyHistogram) -> JSON {
        func milliseconds(_ time: Int64?) -> JSON { time.map { .number(Double($0) / 1000) } ?? .null }
        return [
            "mean": milliseconds(latency.mean), "p50": milliseconds(latency.quantile(0.5)),
            "p95": milliseconds(latency.quantile(0.95)), "p99": milliseconds(latency.quantile(0.99)),
            "max": milliseconds(latency.count == 0 ? nil : latency.longest),
        ]
    }

    private static func lastError(_ figures: DeliveryFigures) -> JSON {
        guard let lastError = figures.lastError else { return .null }
        return ["class": .string(lastError.name), "at": time(figures.lastErrorAt)]
    }

    private static func count(_ count: DeliveryFigures.Count) -> JSON {
        ["requests": .integer(Int64(count.requests)), "rows": .integer(Int64(count.rows))]
    }

    private static func time(_ value: Int64?) -> JSON { value.map { .string(Timestamp.api($0)) } ?? .null }
}
