import Journeys

extension Warehouse {
    /// Makes a workspace's embedded source; one that exists is left as it is.
    public func createEmbedded(workspaceID: String) throws {
        try file(workspaceID).create()
    }

    /// Removes a workspace's embedded source with all its rows.
    public func removeEmbedded(workspaceID: String) throws {
        try file(workspaceID).remove()
    }

    /// The source's tables by name.
    /// - Throws: `SourceGone`.
    public func tables(workspaceID: String) throws -> [SourceTable] {
        try file(workspaceID).read { $0.catalogue.tables }
    }

    /// The columns of a table.
    /// - Throws: `UnknownTable`, `SourceGone`.
    public func columns(workspaceID: String, table: String) throws -> [Column] {
        let tables = try tables(workspaceID: workspaceID)
        guard let found = tables.first(where: { $0.name.lowercased() == table.lowercased() }) else {
            throw UnknownTable(
                "the source has no table '\(table)'\(NearNames.phrase(for: table, among: tables.map(\.name)))")
        }
        return found.columns
    }
}
