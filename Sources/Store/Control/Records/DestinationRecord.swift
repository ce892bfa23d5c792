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
    /// `connected`, or `error` with the reason in `statusError`.
    public var status: String
    public var statusError: String
    public var createdBy: String
    public var createdAt: Int64
    public var updatedAt: Int64
    /// Counts configs, secrets included.
    public var version: Int
    public var statusChange: Int

    public init(
        id: String, workspaceID: String, connectionID: String? = nil, name: String, destinationType: String,
        config: JSON = [:], status: String = "connected", statusError: String = "", createdBy: String,
        createdAt: Int64, updatedAt: Int64, version: Int = 1, statusChange: Int = 0
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.connectionID = connectionID
        self.name = name
        self.destinationType = destinationType
        self.config = config
        self.status = status
        self.statusError = statusError
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
        self.statusChange = statusChange
    }
}
