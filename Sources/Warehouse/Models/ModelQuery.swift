import Journeys

/// A model as the warehouse reads it.
public struct ModelQuery: Sendable, Hashable {
    public var workspaceID: String
    public var sourceID: String
    /// One SELECT over the source's tables, as `Warehouse.describe` accepts it.
    public var sql: String
    /// The columns with their final types: what `describe` gave, or what the model states instead.
    public var columns: [Column]
    /// The column whose text is the member's key; one of `columns`.
    public var keyColumn: String

    public init(workspaceID: String, sourceID: String, sql: String, columns: [Column], keyColumn: String) {
        self.workspaceID = workspaceID
        self.sourceID = sourceID
        self.sql = sql
        self.columns = columns
        self.keyColumn = keyColumn
    }
}
