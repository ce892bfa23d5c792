/// What a destination did since the gateway started, and how it stands.
public struct DeliveryFigures: Sendable, Hashable {
    /// Requests, and rows.
    public struct Count: Sendable, Hashable {
        public var requests = 0
        public var rows = 0

        public init() {}
    }

    /// How a granted request ended.
    public enum SettleClass: UInt32, Sendable, Hashable, CaseIterable {
        case delivered, rejected, throttled, failed

        /// The word of the API.
        public var name: String { "\(self)" }
    }

    /// What applies to it now.
    public var limits = DeliveryLimits()
    /// Answered with 2xx, and the rows that the answers took.
    public var delivered = Count()
    /// Answered, and will not be taken: the destination is well; or refused by the gateway itself. The rows are those that
    /// failed with that, and those that answers of 2xx refused singly, which count when their call's requests have ended.
    public var rejected = Count()
    /// 429.
    public var throttled = Count()
    /// 5xx, time-out, no connection.
    public var failed = Count()
    /// Rows that are tried again after a request.
    public var retries = 0
    /// Rows that were given back since their request was told to come a second later at the earliest: once each time.
    public var heldBack = 0
    /// Requests granted and not settled yet.
    public var inFlight = 0
    /// How many may be under way now: it grows with answers and falls with failures.
    public var window = 0
    public var latency = LatencyHistogram()
    /// Of the last minute.
    public var requestsPerSecond = 0.0
    public var deliveriesPerSecond = 0.0
    public var breaker = CircuitBreaker()
    /// Nothing goes before it: the destination asked for it with Retry-After.
    public var holdUntil: Int64?
    /// Rows handed over today, and when the next day begins.
    public var today = 0
    public var dayEndsAt: Int64 = 0
    /// The last end that was not `delivered`, and when.
    public var lastError: SettleClass?
    public var lastErrorAt: Int64?
    /// Why nothing more is sent; nil while it is not disabled.
    public var disabledReason: String?

    public init() {}

    /// Requests that were settled.
    public var settled: Int { delivered.requests + rejected.requests + throttled.requests + failed.requests }

    public func count(_ settleClass: SettleClass) -> Count {
        switch settleClass {
        case .delivered: delivered
        case .rejected: rejected
        case .throttled: throttled
        case .failed: failed
        }
    }
}
