import Journeys

/// A query over a source: the rows that journeys are about.
public struct ModelRecord: Sendable, Hashable, Versioned {
    public var id: String
    public var workspaceID: String
    public var sourceID: String
    public var name: String
    public var description: String
    public var sqlQuery: String
    public var columns: [Column]
    public var entityType: String
    public var primaryKeyColumn: String?
    public var timestampColumn: String?
    public var modelType: String
    /// `connected`, or `error` with the reason in `statusError`.
    public var status: String
    public var statusError: String
    public var createdBy: String
    public var createdAt: Int64
    public var updatedAt: Int64
    public var version: Int
    public var statusChange: Int

    public init(
        id: String, workspaceID: String, sourceID: String, name: String, description: String = "",
        sqlQuery: String, columns: [Column] = [], entityType: String = "parent", primaryKeyColumn: String? = nil,
        timestampColumn: String? = nil, modelType: String = "sql", status: String = "connected",
        statusError: String = "", createdBy: String, createdAt: Int64, updatedAt: Int64, version: Int = 1,
        statusChange: Int = 0
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.sourceID = sourceID
        self.name = name
        self.description = description
        self.sqlQuery = sqlQuery
        self.columns = columns
        self.entityType = entityType
        self.primaryKeyColumn = primaryKeyColumn
        self.timestampColumn = timestampColumn
        self.modelType = modelType
        self.status = status
        self.statusError = statusError
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
        self.statusChange = statusChange
    }
}
