/// What a destination may be sent, as its owner set it; all journeys that use it share these limits.
public struct DeliveryLimits: Sendable, Hashable {
    /// How many requests may be under way at once, unless the owner says otherwise.
    public static let defaultInFlight = 64
    /// The most that the owner may say.
    public static let mostInFlight = 256

    /// Requests a second, fractions too; nil for no limit.
    public var requestsPerSecond: Double?
    /// Requests granted and not settled.
    public var maxInFlight: Int
    /// Rows that are handed over in one day, which begins at midnight UTC; nil for no limit.
    public var deliveriesPerDay: Int?

    public init(
        requestsPerSecond: Double? = nil, maxInFlight: Int = DeliveryLimits.defaultInFlight,
        deliveriesPerDay: Int? = nil
    ) {
        self.requestsPerSecond = requestsPerSecond
        self.maxInFlight = maxInFlight
        self.deliveriesPerDay = deliveriesPerDay
    }
}
