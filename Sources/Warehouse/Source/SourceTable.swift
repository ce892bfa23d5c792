import Journeys

/// A table of the embedded source, as its last upload left it.
public struct SourceTable: Sendable, Hashable {
    public var name: String
    /// The column that `key=` named in the first upload; nil for a table of rows without a key.
    public var key: String?
    public var columns: [Column]
    public var rows: Int

    public init(name: String, key: String?, columns: [Column], rows: Int) {
        self.name = name
        self.key = key
        self.columns = columns
        self.rows = rows
    }
}
