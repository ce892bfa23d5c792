import SQLite

extension ControlReader {
    /// Entries that one page looks at: what no filter finds costs no more than this.
    static let auditScan = 20_000
    /// Bytes of documents from which on a page ends.
    static let auditPageBytes: Int64 = 4 << 20

    /// Entries of a workspace's log (nil: the server's), the newest first.
    /// - Parameter place: the number before which the page begins.
    /// - Returns: a page, which may be short, and the place of the next; nil at the end.
    public func audit(
        workspaceID: String?, _ filter: AuditFilter = AuditFilter(), before place: Int64? = nil, limit: Int
    ) throws -> (entries: [AuditEntry], next: Int64?) {
        let place = place ?? .max
        let end = try connection.first(
            "SELECT n FROM audit WHERE workspace_id IS ?1 AND n < ?2 ORDER BY n DESC LIMIT 1 OFFSET \(Self.auditScan - 1)",
            { $0.bind(1, workspaceID).bind(2, place) }
        ) { $0.int64(0) }
        let heads = try connection.rows(
            """
            SELECT n, at, workspace_id, key_id, role, name, action, object, object_id, peer, request_id, bytes
            FROM audit WHERE workspace_id IS ?1 AND n < ?2 AND n >= ?10
                AND (?3 IS NULL OR object = ?3) AND (?4 IS NULL OR object_id = ?4)
                AND (?5 IS NULL OR action = ?5) AND (?6 IS NULL OR key_id = ?6) AND at >= ?7 AND at < ?8
            ORDER BY n DESC LIMIT ?9
            """,
            {
                $0.bind(1, workspaceID).bind(2, place).bind(3, filter.object?.rawValue).bind(4, filter.objectID)
                    .bind(5, filter.action?.rawValue).bind(6, filter.keyID).bind(7, filter.since ?? .min)
                    .bind(8, filter.until ?? .max).bind(9, limit).bind(10, end ?? 0)
            }
        ) { (try Self.auditHead($0), $0.int64(11)) }
        var entries: [AuditEntry] = []
        var bytes: Int64 = 0
        for (head, size) in heads where bytes < Self.auditPageBytes {
            entries.append(try withDocuments(head))
            bytes += size
        }
        let isCut = entries.count == limit || entries.count < heads.count
        return (entries, isCut ? entries.last?.number : end)
    }

    private func withDocuments(_ head: AuditEntry) throws -> AuditEntry {
        var entry = head
        let documents = try connection.first(
            "SELECT before, after FROM audit_documents WHERE n = ?1", { $0.bind(1, head.number) }
        ) { row in (row.isNull(0) ? nil : row.blob(0), row.isNull(1) ? nil : row.blob(1)) }
        entry.change.before = documents?.0
        entry.change.after = documents?.1
        return entry
    }

    private static func auditHead(_ row: Statement) throws -> AuditEntry {
        let number = row.int64(0)
        return AuditEntry(
            number: number, at: row.int64(1), workspaceID: row.optionalString(2),
            author: AuditAuthor(
                keyID: row.optionalString(3), role: row.string(4), name: row.string(5), peer: row.optionalString(9),
                requestID: row.optionalString(10)),
            change: AuditChange(
                try row.value(6, "the action of audit entry \(number)"),
                try row.value(7, "the object of audit entry \(number)"), row.optionalString(8)))
    }

    /// The number up to which a log's entries are beyond what is kept; nil when none is. A clock that was wrong once takes
    /// nobody's entries with it: by age only those go that are older than every one that stays.
    public func auditEnd(workspaceID: String?, _ retention: AuditRetention, at now: Int64) throws -> Int64? {
        let byAge =
            try connection.first(
                """
                SELECT max(n) FROM audit WHERE workspace_id IS ?1 AND n < ifnull(
                    (SELECT min(n) FROM audit WHERE workspace_id IS ?1 AND at >= ?2), \(Int64.max))
                """, { $0.bind(1, workspaceID).bind(2, now - retention.age) }
            ) { $0.optionalInt64(0) } ?? nil
        let bySize =
            try connection.first(
                """
                SELECT max(n) FROM (
                    SELECT n, row_number() OVER newer AS entries, sum(bytes) OVER newer AS size
                    FROM audit WHERE workspace_id IS ?1 WINDOW newer AS (ORDER BY n DESC))
                WHERE entries > ?2 OR size > ?3
                """, { $0.bind(1, workspaceID).bind(2, retention.entries).bind(3, retention.bytes) }
            ) { $0.optionalInt64(0) } ?? nil
        return [byAge, bySize].compactMap(\.self).max()
    }
}
