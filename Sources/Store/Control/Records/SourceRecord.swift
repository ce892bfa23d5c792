import Journeys

/// Where models read from.
public struct SourceRecord: Sendable, Hashable, Versioned {
    public var id: String
    public var workspaceID: String
    public var name: String
    /// `embedded`: the one built in.
    public var sourceType: String
    public var config: JSON
    public var connectionID: String?
    /// `connected`, or `error` with the reason in `statusError`.
    public var status: String
    public var statusError: String
    public var createdBy: String
    public var createdAt: Int64
    public var updatedAt: Int64
    public var version: Int
    public var statusChange: Int

    public init(
        id: String, workspaceID: String, name: String, sourceType: String, config: JSON = [:],
        connectionID: String? = nil, status: String = "connected", statusError: String = "", createdBy: String,
        createdAt: Int64, updatedAt: Int64, version: Int = 1, statusChange: Int = 0
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.name = name
        self.sourceType = sourceType
        self.config = config
        self.connectionID = connectionID
        self.status = status
        self.statusError = statusError
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
        self.statusChange = statusChange
    }
}
