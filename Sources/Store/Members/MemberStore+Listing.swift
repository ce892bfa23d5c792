import SQLite

/// What people look at: single members and lists of them, with their errors.
extension MemberStore {
    /// One member, with its error, as a `MemberRows` of one row; nil when the key never entered.
    public func member(_ journey: Int32, key: [UInt8]) throws -> MemberRows? {
        try read { try Self.member(journey, key: key, $0) }
    }

    static func member(_ journey: Int32, key: [UInt8], _ database: Database) throws -> MemberRows? {
        let statement = try database.statement("SELECT \(allColumns) FROM members WHERE journey = ?1 AND key = ?2")
        defer { statement.reset() }
        return try key.withUnsafeBytes { key in
            statement.bind(1, Int(journey)).bind(2, borrowedText: key)
            guard try statement.step() else { return nil }
            let rows = MemberRows()
            rows.append(statement)
            try readErrors(into: rows, journey, database, errorSQL)
            return rows
        }
    }

    /// Members in key order, after `cursor`, that pass all filters given; their errors come without the exchanges, which may be
    /// large.
    ///
    /// Status and tile have no index (one would cost more than all else in writing a member): the page ends after
    /// `scanLimit` rows looked at, so it can be short, even empty, and still have a `next`.
    /// - Parameters:
    ///   - tiles: the numbers of those where members may stand.
    ///   - failed: true for those parked with an error, false for all others.
    /// - Returns: the page, and the cursor of the next one; nil at the end.
    public func members(
        _ journey: Int32, status: MemberStatus? = nil, tiles: Set<Int32>? = nil, failed: Bool? = nil,
        after cursor: [UInt8]? = nil, limit: Int, scanLimit: Int = 100_000
    ) throws -> (rows: MemberRows, next: [UInt8]?) {
        try read { database in
            let statement = try database.statement(failed == true ? Self.parkedSQL : Self.listSQL)
            defer { statement.reset() }
            let after = cursor ?? []
            return try after.withUnsafeBytes { after in
                statement.bind(1, Int(journey)).bind(2, borrowedText: after)
                statement.bind(3, cursor == nil ? 1 : 0)
                let rows = MemberRows()
                var next: [UInt8]?
                var scanned = 0
                while try statement.step() {
                    scanned += 1
                    let isParked = statement.int(5) == Int(MemberState.parked.rawValue)
                    let fits =
                        (status.map { Int($0.rawValue) == statement.int(1) } ?? true)
                        && (tiles.map { $0.contains(Int32(statement.int(4))) } ?? true)
                        && (failed.map { $0 == isParked } ?? true)
                    if fits { rows.append(statement) }
                    if rows.count >= limit || scanned >= scanLimit {
                        next = statement.blob(0)
                        break
                    }
                }
                try Self.readErrors(into: rows, journey, database, Self.errorAloneSQL)
                return (rows, next)
            }
        }
    }

    /// Keys may be empty texts, hence the third parameter: without a cursor the list begins before all of them.
    static let listSQL = """
        SELECT \(allColumns) FROM members WHERE journey = ?1 AND key >= ?2 AND (key > ?2 OR ?3) ORDER BY key
        """
    static let parkedSQL = """
        SELECT \(allColumns) FROM members INDEXED BY members_parked
        WHERE journey = ?1 AND state = 3 AND key >= ?2 AND (key > ?2 OR ?3) ORDER BY key
        """

    private static let errorSQL = """
        SELECT code, message, http_status, destination, failed_at, request, response
        FROM member_errors LEFT JOIN exchanges ON n = exchange WHERE journey = ?1 AND key = ?2
        """
    private static let errorAloneSQL = """
        SELECT code, message, http_status, destination, failed_at, NULL, NULL
        FROM member_errors WHERE journey = ?1 AND key = ?2
        """

    private static func readErrors(
        into rows: MemberRows, _ journey: Int32, _ database: Database, _ sql: String
    ) throws {
        for row in 0..<rows.count where rows.state(row) == .retry || rows.state(row) == .parked {
            let statement = try database.statement(sql)
            defer { statement.reset() }
            statement.bind(1, Int(journey)).bind(2, borrowedText: rows.key(row))
            guard try statement.step() else { continue }
            let error = MemberError(
                code: statement.string(0), message: statement.string(1),
                httpStatus: statement.optionalInt64(2).map(Int.init),
                exchange: statement.isNull(5) && statement.isNull(6)
                    ? nil
                    : MemberExchange(request: statement.optionalString(5), response: statement.optionalString(6)),
                destinationID: statement.optionalString(3), failedAt: statement.int64(4))
            rows.setError(error, row: row)
        }
    }
}
