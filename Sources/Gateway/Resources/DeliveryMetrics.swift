import Delivery

/// Deliveries in `/metrics`, by the destination's id.
enum DeliveryMetrics {
    static func append(_ delivery: Delivery, _ text: inout String) {
        let all = delivery.all().map { (label: "destination=\"\($0.destinationID)\"", figures: $0.figures) }
        func counts(_ path: KeyPath<DeliveryFigures.Count, Int>) -> [(String, Int)] {
            all.flatMap { entry in
                DeliveryFigures.SettleClass.allCases.map {
                    ("{\(entry.label),class=\"\($0.name)\"}", entry.figures.count($0)[keyPath: path])
                }
            }
        }
        func metric(_ name: String, _ kind: String, _ help: String, _ values: [(String, Int)]) {
            MetricsText.metric("tessera_delivery_\(name)", kind, help, values, &text)
        }
        metric("requests_total", "counter", "Requests to destinations, by how they ended", counts(\.requests))
        metric("rows_total", "counter", "Rows by how they ended; throttled and failed ones each time", counts(\.rows))
        for (name, kind, help, value) in values {
            metric(name, kind, help, all.map { ("{\($0.label)}", value($0.figures)) })
        }
        let states = all.flatMap { entry in
            CircuitBreaker.State.allCases.map {
                ("{\(entry.label),state=\"\($0.rawValue)\"}", entry.figures.breaker.state == $0 ? 1 : 0)
            }
        }
        metric("breaker_state", "gauge", "1 for the state that a destination's circuit breaker is in", states)
        latency(all, &text)
    }

    private static var values: [(String, String, String, (DeliveryFigures) -> Int)] {
        [
            ("retries_total", "counter", "Rows that are tried again after a request", { $0.retries }),
            (
                "held_back_total", "counter", "Rows given back for a second or longer without an attempt",
                { $0.heldBack }
            ),
            ("in_flight", "gauge", "Requests under way", { $0.inFlight }),
            ("window", "gauge", "Requests that may be under way now", { $0.window }),
            ("disabled", "gauge", "1 while nothing is sent until a person acts", { $0.disabledReason == nil ? 0 : 1 }),
        ]
    }

    private static func latency(_ all: [(label: String, figures: DeliveryFigures)], _ text: inout String) {
        let name = "tessera_delivery_latency_seconds"
        text += "# HELP \(name) Time from a request's start to its end\n# TYPE \(name) histogram\n"
        for (label, figures) in all {
            var sum = 0
            for (bound, count) in zip(LatencyHistogram.bounds, figures.latency.counts) {
                sum += count
                text += "\(name)_bucket{\(label),le=\"\(Double(bound) / 1_000_000)\"} \(sum)\n"
            }
            text += "\(name)_bucket{\(label),le=\"+Inf\"} \(figures.latency.count)\n"
            text += "\(name)_sum{\(label)} \(Double(figures.latency.sum) / 1_000_000)\n"
            text += "\(name)_count{\(label)} \(figures.latency.count)\n"
        }
    }
}
