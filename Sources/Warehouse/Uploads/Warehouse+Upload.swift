import Journeys

extension Warehouse {
    /// Begins an upload. Bytes go to `Upload.write` as they come; `finish` loads them in one transaction.
    ///
    /// The first upload makes the table. Later ones fill the same columns: rows that don't fit are counted as bad, columns
    /// that the table lacks are refused, columns that the upload lacks become null in its rows. Of a key that an upload
    /// repeats the last row stays. `.replace` with declared types makes the table anew.
    /// - Parameters:
    ///   - table: a letter or _, then letters, digits and _; case does not count.
    ///   - key: the column that tells rows apart; in later uploads nil or the same.
    ///   - declaredTypes: types of columns that are not to be inferred.
    /// - Throws: `UploadRefused`, `SourceGone`, `WarehouseFailure`.
    public func upload(
        workspaceID: String, table: String, key: String? = nil, declaredTypes: [(String, ColumnType)] = [],
        mode: UploadMode = .upsert, format: UploadFormat
    ) throws -> Upload {
        let file = try file(workspaceID)
        let present = try file.read { $0.catalogue.entries[table.lowercased()] }
        let target = try UploadTarget(
            file: file, table: table, present: present, key: key, declared: declaredTypes, mode: mode)
        return try Upload(target: target, format: format)
    }
}
