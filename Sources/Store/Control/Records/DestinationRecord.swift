import Journeys

/// Where members' data is sent. Its secrets are kept apart, sealed: `ControlReader.destinationSecrets` opens them.
public struct DestinationRecord: Sendable, Hashable, Versioned {
    public var id: String
    public var workspaceID: String
    public var connectionID: String?
    public var name: String
    /// Id of the connector type.
    public var destinationType: String
    /// Without its secrets.
    public var config: JSON
    /// What it may be sent; nil where its owner set no limit.
    public var limits: Limits
    /// `connected`, or `error` with the reason in `statusError`.
    public var status: String
    public var statusError: String
    public var createdBy: String
    public var createdAt: Int64
    public var updatedAt: Int64
    /// Counts configs, secrets included.
    public var version: Int
    public var statusChange: Int

    /// Limits of deliveries, as they were set.
    public struct Limits: Sendable, Hashable {
        public var requestsPerSecond: Double?
        public var maxInFlight: Int?
        public var deliveriesPerDay: Int?

        public init(requestsPerSecond: Double? = nil, maxInFlight: Int? = nil, deliveriesPerDay: Int? = nil) {
            self.requestsPerSecond = requestsPerSecond
            self.maxInFlight = maxInFlight
            self.deliveriesPerDay = deliveriesPerDay
        }
    }

    public init(
        id: String, workspaceID: String, connectionID: String? = nil, name: String, destinationType: String,
        config: JSON = [:], limits: Limits = Limits(), status: String = "connected", statusError: String = "",
        createdBy: String,
        createdAt: Int64, updatedAt: Int64, version: Int = 1, statusChange: Int = 0
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.connectionID = connectionID
        self.name = name
        self.destinationType = destinationType
        self.config = config
        self.limits = limits
        self.status = status
        self.statusError = statusError
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
        self.statusChange = statusChange
    }
}
