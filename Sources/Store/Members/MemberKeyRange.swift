import SQLite

/// The next so many members of a journey, as a range of keys: what one step of bulk work touches.
struct MemberKeyRange {
    var first: [UInt8]
    var last: [UInt8]
    /// Nobody comes after it.
    var isLast: Bool

    /// Binds it as the parameters 2 and 3.
    func bind(_ statement: Statement) {
        first.withUnsafeBytes { _ = statement.bind(2, text: $0) }
        last.withUnsafeBytes { _ = statement.bind(3, text: $0) }
    }
}

extension MemberStore {
    /// The range of up to `limit` rows after `cursor`; nil when there are none.
    static func range(
        _ journey: Int32, after cursor: [UInt8]?, limit: Int, _ database: Database
    ) throws -> MemberKeyRange? {
        guard let first = try key(journey, from: cursor ?? [], excluding: cursor != nil, skip: 0, database) else {
            return nil
        }
        guard let last = try key(journey, from: first, excluding: false, skip: max(limit, 1) - 1, database) else {
            let end = try lastKey(journey, database) ?? first
            return MemberKeyRange(first: first, last: end, isLast: true)
        }
        let more = try key(journey, from: last, excluding: true, skip: 0, database) != nil
        return MemberKeyRange(first: first, last: last, isLast: !more)
    }

    static func deleteErrors(_ journey: Int32, _ range: MemberKeyRange, _ database: Database) throws {
        let statement = try database.statement(
            "DELETE FROM member_errors WHERE journey = ?1 AND key >= ?2 AND key <= ?3")
        statement.bind(1, Int(journey))
        range.bind(statement)
        try statement.run()
    }

    private static func key(
        _ journey: Int32, from key: [UInt8], excluding: Bool, skip: Int, _ database: Database
    ) throws -> [UInt8]? {
        let statement = try database.statement(
            """
            SELECT key FROM members WHERE journey = ?1 AND key \(excluding ? ">" : ">=") ?2
            ORDER BY key LIMIT 1 OFFSET ?3
            """)
        defer { statement.reset() }
        return try key.withUnsafeBytes { key in
            statement.bind(1, Int(journey)).bind(3, skip).bind(2, borrowedText: key)
            return try statement.step() ? statement.blob(0) : nil
        }
    }

    private static func lastKey(_ journey: Int32, _ database: Database) throws -> [UInt8]? {
        let statement = try database.statement("SELECT max(key) FROM members WHERE journey = ?")
        defer { statement.reset() }
        return try statement.bind(1, Int(journey)).step() && !statement.isNull(0) ? statement.blob(0) : nil
    }
}
