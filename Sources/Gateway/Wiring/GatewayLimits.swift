import Journeys

/// What callers may send and ask for. The defaults are beyond what honest ones need.
public struct GatewayLimits: Sendable {
    /// Of a JSON call.
    public var bodyBytes = 1 << 20
    /// Arrays and objects within one another.
    public var jsonDepth = 64
    public var journey = JourneyLimits()

    /// Requests a second of one key; twice as many at once. 0: no limit.
    public var requestsPerKey = 10_000
    /// Requests a second of one address, whatever their keys; twice as many at once. 0: no limit.
    public var requestsPerAddress = 50_000
    /// Requests a second of one address that have no valid key and need one; ten times as many at once. 0: no limit.
    public var strangersPerAddress = 100
    // What lasts goes on beside all else: so many at once, and so many of one workspace.
    public var uploads = 32
    public var uploadsPerWorkspace = 8
    public var simulations = 8
    public var simulationsPerWorkspace = 2
    public var tests = 12
    public var testsPerWorkspace = 2

    public init() {}

    /// For the JSON of requests.
    var json: JSONLimits { .caller(depth: jsonDepth, filterNodes: journey.filterNodes) }
}
