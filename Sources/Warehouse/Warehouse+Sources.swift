import Journeys

extension Warehouse {
    /// Makes a workspace's embedded source; one that exists is left as it is.
    public func createEmbedded(workspaceID: String) throws {
    }

    /// Removes a workspace's embedded source with all its rows.
    public func removeEmbedded(workspaceID: String) throws {
    }

    /// The source's tables by name.
    /// - Throws: `SourceGone`.
    public func tables(workspaceID: String) throws -> [SourceTable] { [] }

    /// The columns of a table.
    /// - Throws: `UnknownTable`, `SourceGone`.
    public func columns(workspaceID: String, table: String) throws -> [Column] { [] }

    /// Begins an upload. Bytes go to `Upload.write` as they come; `finish` loads them in one transaction.
    /// - Parameters:
    ///   - key: the column that tells rows apart; in later uploads nil or the same.
    ///   - declaredTypes: types of columns that are not to be inferred.
    /// - Throws: `UploadRefused`, `SourceGone`.
    public func upload(
        workspaceID: String, table: String, key: String? = nil, declaredTypes: [(String, ColumnType)] = [],
        mode: UploadMode = .upsert, format: UploadFormat
    ) throws -> Upload {
        Upload()
    }

    /// Closes all connections that are not in use.
    public func close() {}
}
