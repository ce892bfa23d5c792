/// What of a destination's deliveries outlives the gateway. Times are microseconds since 1970 UTC.
public struct DeliveryStateRecord: Sendable, Hashable {
    /// The day that `reserved` is of, counted from 1970-01-01.
    public var day: Int
    /// Rows of the daily limit that may have been used.
    public var reserved: Int
    /// When the circuit breaker opened; nil while it is closed.
    public var breakerOpenedAt: Int64?
    public var breakerUntil: Int64
    public var breakerTrips: Int
    /// Nothing goes before it, as the destination asked.
    public var holdUntil: Int64

    public init(
        day: Int, reserved: Int, breakerOpenedAt: Int64?, breakerUntil: Int64, breakerTrips: Int, holdUntil: Int64
    ) {
        self.day = day
        self.reserved = reserved
        self.breakerOpenedAt = breakerOpenedAt
        self.breakerUntil = breakerUntil
        self.breakerTrips = breakerTrips
        self.holdUntil = holdUntil
    }
}
