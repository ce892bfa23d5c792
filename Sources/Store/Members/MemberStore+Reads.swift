import CSQLite
import Columns
import SQLite

/// What a run reads: page by page, each from the newest committed state.
extension MemberStore {
    /// All but the path, which only who looks at one member reads.
    static let allColumns = MemberRows.written.dropLast().joined(separator: ", ")

    /// Members with keys from `first` through `last`, in key order, whatever their status: one side of the merge with a
    /// batch of a model. Errors come only with `member` and `members`.
    /// - Parameters:
    ///   - excludingFirst: begin after `first`, to go on with the last key of a page.
    ///   - limit: rows at most. As many rows as this mean that there may be more.
    ///   - reused: rows whose memory the page takes over: what they held is gone.
    public func existing(
        _ journey: Int32, from first: UnsafeRawBufferPointer, through last: UnsafeRawBufferPointer,
        excludingFirst: Bool = false, limit: Int = .max, reusing reused: MemberRows? = nil
    ) throws -> MemberRows {
        try read { database in
            let statement = try database.statement(Self.existingSQL(excludingFirst: excludingFirst))
            defer { statement.reset() }
            // Both bounds may lie in `reused`, whose memory is about to be written over: the statement has copies.
            statement.bind(1, Int(journey)).bind(2, text: first).bind(3, text: last).bind(4, limit)
            let rows = reused ?? MemberRows(capacity: min(limit, 1024))
            rows.removeAll()
            while try statement.step() { rows.append(statement) }
            return rows
        }
    }

    /// The keys of all members from `first` on, in key order, whatever their status: a page of them, the cheapest read. All other
    /// columns hold zeros and no times.
    /// - Parameters: as `existing` has them.
    public func keys(
        _ journey: Int32, from first: [UInt8], excludingFirst: Bool, limit: Int, reusing reused: MemberRows? = nil
    ) throws -> MemberRows {
        try read { database in
            let statement = try database.statement(Self.keysSQL(excludingFirst: excludingFirst))
            defer { statement.reset() }
            first.withUnsafeBytes { _ = statement.bind(1, Int(journey)).bind(2, text: $0) }
            let rows = reused ?? MemberRows(capacity: limit)
            rows.removeAll()
            try rows.collectKeys(statement, parameter: 3, limit: limit)
            return rows
        }
    }

    static func existingSQL(excludingFirst: Bool) -> String {
        "SELECT \(allColumns) \(fromKey(excludingFirst)) AND key <= ?3 ORDER BY key LIMIT ?4"
    }

    static func keysSQL(excludingFirst: Bool) -> String { "SELECT tessera_collect(?3, key) \(fromKey(excludingFirst))" }

    /// SQLite must go through the primary key, in key order: NOT INDEXED leaves it no other way.
    private static func fromKey(_ excludingFirst: Bool) -> String {
        "FROM members NOT INDEXED WHERE journey = ?1 AND key \(excludingFirst ? ">" : ">=") ?2"
    }

    /// Where a page of due members ended: `due` goes on after it.
    public struct DueCursor: Sendable, Equatable {
        public var wake: Int64
        public var key: [UInt8]
    }

    /// Active members to be looked at by `time`, those due first first.
    ///
    /// Pages go through (wake, key); rows within a page are in key order, ready for a lookup by keys and for writing back.
    /// A member that a commit moved behind the cursor meanwhile is not met again, one moved before it (by `time`) is.
    /// - Returns: the page, and where the next one begins; nil at the end.
    public func due(
        _ journey: Int32, upTo time: Int64, after cursor: DueCursor? = nil, states: MemberStates = .all, limit: Int
    ) throws -> (rows: MemberRows, next: DueCursor?) {
        try read { database in
            let statement = try database.statement(Self.dueSQL)
            defer { statement.reset() }
            statement.bind(1, Int(journey)).bind(2, time).bind(3, cursor?.wake ?? .min).bind(5, states.rawValue)
                .bind(6, limit)
            let key = cursor?.key ?? []
            return try key.withUnsafeBytes { key in
                statement.bind(4, borrowedText: key)
                let rows = MemberRows(capacity: min(limit, 8192))
                while try statement.step() { rows.append(statement) }
                let last = rows.count - 1
                let next =
                    rows.count < limit || rows.isEmpty
                    ? nil : DueCursor(wake: rows.wake[last], key: rows.keyBytes(last))
                return (rows.sortedByKey(), next)
            }
        }
    }

    /// The index's predicate stands here word for word: without it SQLite can't use the partial index.
    static let dueSQL = """
        SELECT \(allColumns) FROM members
        WHERE journey = ?1 AND wake IS NOT NULL AND wake <= ?2 AND (wake, key) > (?3, ?4)
        AND (1 << state) & ?5 <> 0 ORDER BY wake, key LIMIT ?6
        """

    /// The active members among `keys`, in the order of `keys`: those that matched the exit criteria and are inside.
    /// - Parameters:
    ///   - keys: best in key order, so that the search goes through the table once.
    public func activeMatching(_ journey: Int32, keys: Utf8View, count: Int) throws -> MemberRows {
        guard count > 0, let base = keys[0].baseAddress else { return MemberRows() }
        // The view keeps its offsets to itself; one pass gives them again.
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(count + 1)
        for row in 0..<count { offsets.append(offsets[row] + Int32(keys[row].count)) }
        return try offsets.withUnsafeBufferPointer { offsets in
            var table = tessera_rows()
            table.count = Int64(count)
            table.column_count = 1
            table.columns.0 = tessera_rows_column(
                kind: TESSERA_ROWS_UTF8, values: offsets.baseAddress, bytes: base.assumingMemoryBound(to: CChar.self))
            return try withUnsafePointer(to: &table) { try activeMatching(journey, $0) }
        }
    }

    private func activeMatching(_ journey: Int32, _ table: UnsafePointer<tessera_rows>) throws -> MemberRows {
        try read { database in
            let statement = try database.statement(Self.activeMatchingSQL)
            defer { statement.reset() }
            statement.bind(1, Int(journey))
            tessera_rows_bind(statement.handle, 2, table)
            let rows = MemberRows(capacity: 1024)
            while try statement.step() { rows.append(statement) }
            return rows
        }
    }

    /// CROSS JOIN makes the keys the outer loop: a search for each, never a scan of the members.
    static let activeMatchingSQL = """
        SELECT \(allColumns) FROM tessera_rows(?2) CROSS JOIN members
        WHERE journey = ?1 AND key = c0 AND status = 0
        """

    /// When the next member in `retry` is due; nil when none is.
    public func nextRetry(_ journey: Int32) throws -> Int64? { try first(Self.nextRetrySQL, journey) }

    /// When the next member is to be looked at; nil when none is. A call in flight has the wake 0, and is no time of any wait.
    public func nextWake(_ journey: Int32) throws -> Int64? { try first(Self.nextWakeSQL, journey) }

    static let nextRetrySQL = "SELECT min(wake) FROM members WHERE journey = ? AND state = 2"
    static let nextWakeSQL = "SELECT min(wake) FROM members WHERE journey = ? AND wake > 0"

    private func first(_ sql: String, _ journey: Int32) throws -> Int64? {
        try read { database in
            let statement = try database.statement(sql)
            defer { statement.reset() }
            return try statement.bind(1, Int(journey)).step() ? statement.optionalInt64(0) : nil
        }
    }
}
