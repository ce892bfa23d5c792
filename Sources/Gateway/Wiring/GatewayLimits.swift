import Journeys

/// What callers may send and ask for. The defaults are beyond what honest ones need.
public struct GatewayLimits: Sendable {
    /// Of a JSON call.
    public var bodyBytes = 1 << 20
    /// Arrays and objects within one another.
    public var jsonDepth = 64
    public var journey = JourneyLimits()

    public init() {}

    /// For the JSON of requests.
    var json: JSONLimits { .caller(depth: jsonDepth, filterNodes: journey.filterNodes) }
}
