/// What of a destination's deliveries outlives the gateway.
public struct KeptDelivery: Sendable, Hashable {
    /// The day that `reserved` is of, counted from 1970-01-01.
    public var day: Int32 = 0
    /// Rows of the daily cap that may have been used.
    public var reserved = 0
    /// When the breaker opened; nil while it is closed.
    public var breakerOpenedAt: Int64?
    public var breakerUntil: Int64 = 0
    public var breakerTrips = 0
    /// From Retry-After.
    public var holdUntil: Int64 = 0

    public init() {}

    public init(
        day: Int32, reserved: Int, breakerOpenedAt: Int64?, breakerUntil: Int64, breakerTrips: Int, holdUntil: Int64
    ) {
        self.day = day
        self.reserved = reserved
        self.breakerOpenedAt = breakerOpenedAt
        self.breakerUntil = breakerUntil
        self.breakerTrips = breakerTrips
        self.holdUntil = holdUntil
    }
}

/// A destination as it is stored, for `Delivery`.
public struct DeliverySettings: Sendable, Hashable {
    public var limits: DeliveryLimits
    /// Why nothing is sent until a person acts; nil when it may be sent to.
    public var disabledReason: String?
    public var kept: KeptDelivery

    public init(limits: DeliveryLimits = DeliveryLimits(), disabledReason: String? = nil, kept: KeptDelivery = .init())
    {
        self.limits = limits
        self.disabledReason = disabledReason
        self.kept = kept
    }
}

/// Where deliveries are remembered: the control database. Keeps this room free of the store.
public protocol DeliveryMemory: AnyObject, Sendable {
    /// Nil when there is no such destination in that workspace. Asked once for each that is used; on the threads of plugins.
    func settings(workspaceID: String, destinationID: String) throws -> DeliverySettings?

    /// Writes; in order for one destination. Must not block: `then` is told from any thread, true once it is on the disk.
    func keep(
        _ kept: KeptDelivery, workspaceID: String, destinationID: String, then: @escaping @Sendable (Bool) -> Void)

    /// The destination said that it is gone. Must not block; in order with `enabled`.
    func disabled(workspaceID: String, destinationID: String, reason: String)

    /// A person lets it be sent to again. Must not block; in order with `disabled`.
    func enabled(workspaceID: String, destinationID: String)
}
