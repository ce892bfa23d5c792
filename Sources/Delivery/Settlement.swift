/// How one granted request ended.
struct Settlement {
    var settleClass: DeliveryFigures.SettleClass
    /// Without those that an answered request's answer refused singly.
    var rows: Int
    var retried = 0
    /// As the plugin measured it; negative when nothing was handed over.
    var latency: Int64
    var retryAt: Int64 = 0

    /// No number of a plugin's may end the gateway.
    var measured: Int64 { Int64(min(latency.magnitude, 86_400_000_000)) }

    /// The gateway itself did not send it: that says nothing of the destination.
    var isOwnRefusal: Bool { settleClass == .rejected && latency < 0 }

    /// Rows that the destination did not take for sure. One that failed after it was sent may have been taken. Of an answered
    /// request those that are tried again were not, those of a batch that is split among them.
    var notHandedOver: Int {
        if latency < 0 || settleClass == .throttled { return rows }
        return settleClass == .failed ? 0 : min(retried, rows)
    }

    /// Rows that have come to their end with the request.
    var ended: Int { max(0, rows - retried) }
}

extension DeliveryFigures {
    mutating func settle(_ end: Settlement, at now: Int64) {
        switch end.settleClass {
        case .delivered: Self.add(end.ended, to: &delivered)
        case .rejected: Self.add(end.ended, to: &rejected)
        case .throttled: Self.add(end.rows, to: &throttled)
        case .failed: Self.add(end.rows, to: &failed)
        }
        retries &+= end.retried
        if !end.isOwnRefusal { latency.add(end.measured) }
        if end.settleClass != .delivered {
            lastError = end.settleClass
            lastErrorAt = now
        }
    }

    private static func add(_ rows: Int, to count: inout Count) {
        count.requests &+= 1
        count.rows &+= rows
    }
}
