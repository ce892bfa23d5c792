extension ControlWriter {
    /// Adds a line to the audit log. Lines are short and beside their documents, so that a search reads few pages.
    func insert(_ change: AuditChange, by pen: AuditPen) throws {
        let author = pen.author
        try connection.run(
            """
            INSERT INTO audit(at, workspace_id, key_id, role, name, action, object, object_id, peer, request_id, bytes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """
        ) {
            $0.bind(1, pen.at).bind(2, pen.workspaceID).bind(3, author.keyID).bind(4, author.role).bind(5, author.name)
                .bind(6, change.action.rawValue).bind(7, change.object.rawValue).bind(8, change.objectID)
                .bind(9, author.peer).bind(10, author.requestID)
                .bind(11, (change.before?.count ?? 0) + (change.after?.count ?? 0))
        }
        if change.before == nil, change.after == nil { return }
        let number = connection.database.lastInsertedRow
        try Self.borrow(change.before) { before in
            try Self.borrow(change.after) { after in
                _ = try connection.run("INSERT INTO audit_documents(n, before, after) VALUES (?1, ?2, ?3)") {
                    $0.bind(1, number)
                    if let before { $0.bind(2, borrowedText: before) } else { $0.bind(2, nil as String?) }
                    if let after { $0.bind(3, borrowedText: after) } else { $0.bind(3, nil as String?) }
                }
            }
        }
    }

    private static func borrow(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Void
    ) throws {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBytes { try body($0) }
    }

    /// Removes up to `limit` of a log's entries (nil: the server's) up to a number, the oldest first; how many it removed.
    public func removeAudit(workspaceID: String?, upTo end: Int64, limit: Int = 500) throws -> Int {
        let oldest = "SELECT n FROM audit WHERE workspace_id IS ?1 AND n <= ?2 ORDER BY n LIMIT ?3"
        for table in ["audit_documents", "audit"] {
            try connection.run("DELETE FROM \(table) WHERE n IN (\(oldest))") {
                $0.bind(1, workspaceID).bind(2, end).bind(3, limit)
            }
        }
        return connection.database.changes
    }
}
