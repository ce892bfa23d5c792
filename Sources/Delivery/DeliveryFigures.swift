/// What a destination did since the gateway started.
public struct DeliveryFigures: Sendable, Hashable {
    /// Requests and the rows that they carried.
    public struct Count: Sendable, Hashable {
        public var requests = 0
        public var rows = 0

        public init() {}
    }

    /// How a granted request ended.
    public enum SettleClass: UInt32, Sendable, Hashable, CaseIterable {
        case delivered, rejected, throttled, failed
    }

    public var delivered = Count()
    /// Answered, and will not be taken: the destination is well.
    public var rejected = Count()
    /// 429.
    public var throttled = Count()
    /// 5xx, time-out, no connection.
    public var failed = Count()
    /// Requests granted and not settled yet.
    public var inFlight = 0
    /// Over all settled requests, in microseconds.
    public var latencySumUs: Int64 = 0
    public var latencyMaxUs: Int64 = 0
    /// The last end that was not `delivered`, and when.
    public var lastError: SettleClass?
    public var lastErrorAt: Int64?
    /// Why nothing more is sent; nil while it is not disabled.
    public var disabledReason: String?

    public init() {}

    /// Requests that were settled.
    public var settled: Int { delivered.requests + rejected.requests + throttled.requests + failed.requests }

    /// Nil before the first request was settled.
    public var latencyMeanUs: Int64? { settled == 0 ? nil : latencySumUs / Int64(settled) }

    mutating func settle(_ settleClass: SettleClass, rows: Int, latencyUs: Int64, at now: Int64) {
        switch settleClass {
        case .delivered: Self.add(rows, to: &delivered)
        case .rejected: Self.add(rows, to: &rejected)
        case .throttled: Self.add(rows, to: &throttled)
        case .failed: Self.add(rows, to: &failed)
        }
        // A plugin counts and measures it: no number of its may end the gateway.
        let (sum, isTooMuch) = latencySumUs.addingReportingOverflow(latencyUs)
        latencySumUs = isTooMuch ? .max : sum
        latencyMaxUs = max(latencyMaxUs, latencyUs)
        if settleClass != .delivered {
            lastError = settleClass
            lastErrorAt = now
        }
    }

    private static func add(_ rows: Int, to count: inout Count) {
        count.requests &+= 1
        count.rows &+= rows
    }
}
