import SQLite

/// Parked members over all journeys of a workspace, and what a person has done with them.
extension MemberStore {
    /// Newest first. The page ends after `scanLimit` rows looked at, so it can be short, even empty, and still have a `next`.
    public func deadLetters(
        _ filter: DeadLetterFilter, after cursor: DeadLetterCursor? = nil, limit: Int, scanLimit: Int = 100_000
    ) throws -> (letters: [DeadLetter], next: DeadLetterCursor?) {
        try read { database in
            let statement = try database.statement(Self.deadLettersSQL)
            defer { statement.reset() }
            let end = Self.end(cursor, filter.until)
            return try end.key.withUnsafeBytes { key in
                statement.bind(1, filter.since ?? .min).bind(2, end.failedAt).bind(3, Int(end.journey))
                statement.bind(4, borrowedText: key)
                var letters: [DeadLetter] = []
                var scanned = 0
                while try statement.step() {
                    var letter = Self.deadLetter(statement)
                    if filter.admits(letter) {
                        letter.entry = try Self.entry(letter, database)
                        letters.append(letter)
                    }
                    scanned += 1
                    if letters.count >= limit || scanned >= scanLimit {
                        return (
                            letters,
                            DeadLetterCursor(failedAt: letter.failedAt, journey: letter.journey, key: letter.key)
                        )
                    }
                }
                return (letters, nil)
            }
        }
    }

    /// What a page lies before: the end of the last one, or the time asked for, whichever is earlier. One bound, so that each
    /// page begins in the index where the last one ended, however many have failed at one time.
    private static func end(_ cursor: DeadLetterCursor?, _ until: Int64?) -> DeadLetterCursor {
        let until = DeadLetterCursor(failedAt: until ?? .max, journey: -1, key: [])
        guard let cursor, cursor.failedAt < until.failedAt else { return until }
        return cursor
    }

    /// Of the letters that are wanted only: it is another search.
    private static func entry(_ letter: DeadLetter, _ database: Database) throws -> Int {
        let statement = try database.statement("SELECT entry FROM members WHERE journey = ?1 AND key = ?2")
        defer { statement.reset() }
        return try letter.key.withUnsafeBytes { key in
            statement.bind(1, Int(letter.journey)).bind(2, borrowedText: key)
            return try statement.step() ? statement.int(0) : 0
        }
    }

    /// The index's predicate stands here word for word: without it SQLite can't use the partial index.
    static let deadLettersSQL = """
        SELECT e.failed_at, e.journey, e.key, j.id, t.tile_id, e.destination, e.code, e.message, e.http_status, e.attempts
        FROM member_errors e JOIN journeys j ON j.n = e.journey
        LEFT JOIN tiles t ON t.journey = e.journey AND t.n = e.tile
        WHERE e.parked = 1 AND e.failed_at >= ?1 AND (e.failed_at, e.journey, e.key) < (?2, ?3, ?4)
        ORDER BY e.failed_at DESC, e.journey DESC, e.key DESC
        """

    private static func deadLetter(_ statement: Statement) -> DeadLetter {
        DeadLetter(
            journeyID: statement.string(3), journey: Int32(truncatingIfNeeded: statement.int(1)),
            key: statement.blob(2), tileID: statement.optionalString(4), destinationID: statement.optionalString(5),
            code: statement.string(6), message: statement.string(7),
            httpStatus: statement.optionalInt64(8).map(Int.init), attempts: statement.int(9),
            failedAt: statement.int64(0))
    }

    /// What a person does with parked members.
    public enum Remedy: Sendable, Hashable {
        /// Tried again at once: attempts count from 1 again, under the same entry and so the same `$key`.
        case retry
        /// Goes on by its tile's first branch at once, without another attempt.
        case skip
        /// Leaves as `exited`, reason `removed`.
        case remove
    }

    /// `attempt` of a member in `retry` that is not tried again but takes its tile's first branch.
    public static let skipsTile: Int32 = -1

    /// Does it for those of `keys` that are parked; durable, in one transaction. Their errors are forgotten.
    /// - Returns: how many it was.
    public func remedy(_ remedy: Remedy, _ journey: Int32, keys: [[UInt8]]) throws -> Int {
        let now = clock.now()
        return try write(.full) { database in
            let rows = MemberRows(capacity: keys.count)
            for key in Set(keys) { try Self.read(key, of: journey, into: rows, database) }
            let changed = MemberRows(capacity: rows.count)
            var deltas = CounterDeltas()
            for row in 0..<rows.count where rows.status(row) == .active && rows.state(row) == .parked {
                deltas.count(tile: rows.tile[row], status: .active, state: .parked, by: -1)
                changed.append(row, of: rows)
                Self.apply(remedy, changed, changed.count - 1, now)
                let last = changed.count - 1
                deltas.count(tile: changed.tile[last], status: changed.status(last), state: changed.state(last), by: 1)
            }
            if changed.isEmpty { return 0 }
            try Self.write(changed, journey: journey, database)
            try Self.write(deltas, journey: journey, database)
            return changed.count
        }
    }

    private static func apply(_ remedy: Remedy, _ rows: MemberRows, _ row: Int, _ now: Int64) {
        rows.firstAttemptAt[row] = MemberRows.noTime
        switch remedy {
        case .retry, .skip:
            rows.setState(row, .retry)
            rows.wake[row] = now
            rows.attempt[row] = remedy == .skip ? skipsTile : 0
        case .remove:
            rows.setStatus(row, .exited)
            rows.setState(row, .none)
            rows.setReason(row, .removed)
            rows.leftAt[row] = now
        }
    }

    private static func read(_ key: [UInt8], of journey: Int32, into rows: MemberRows, _ database: Database) throws {
        let statement = try database.statement("SELECT \(allColumns) FROM members WHERE journey = ?1 AND key = ?2")
        defer { statement.reset() }
        try key.withUnsafeBytes { key in
            statement.bind(1, Int(journey)).bind(2, borrowedText: key)
            if try statement.step() { rows.append(statement) }
        }
    }
}
