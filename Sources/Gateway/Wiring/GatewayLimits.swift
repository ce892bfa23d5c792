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
    public var eventStreams = 1000
    public var eventStreamsPerWorkspace = 200

    // How long it may take, in microseconds.
    public var simulationSpan: Int64 = 600_000_000
    public var testSpan: Int64 = 30_000_000
    /// Of a preview or an estimate.
    public var querySpan: Int64 = 10_000_000

    /// Of a list that is answered at once.
    public var listBytes = 64 << 20

    /// Calls that wait for a worker.
    public var waitingCalls = 1024
    /// Calls that wait for one of the workers for what may take seconds.
    public var waitingSlowCalls = 256
    /// Of those, at work at once.
    public var slowCallsPerWorkspace = 6

    /// Live journeys whose members are in `/metrics`, and the tiles of all of them.
    public var metricsJourneys = 500
    public var metricsTiles = 5000

    public init() {}

    /// For the JSON of requests.
    var json: JSONLimits { .caller(depth: jsonDepth, filterNodes: journey.filterNodes) }
}
