import SQLite

/// A clock that was ahead and was set right.
extension MemberStore {
    /// Microseconds: no retry is further away than that (RetryRules), unless the clock was ahead.
    public static let longestPause: Int64 = 7 * 86_400_000_000

    /// Takes the times of a journey's members that lie after `now` back to it, so that nobody waits for a year that will not
    /// come: who has arrived "later" arrives now, and waits as long as it was to wait from then. One step.
    /// - Parameter cursor: the last key of the step before; nil begins.
    /// - Returns: the cursor of the next step; nil after the last.
    public func pullBack(_ journey: Int32, to now: Int64, after cursor: [UInt8]?, limit: Int = 5000) throws -> [UInt8]?
    {
        try write(.normal) { database in
            guard let range = try Self.range(journey, after: cursor, limit: limit, database) else { return nil }
            let statement = try database.statement(
                """
                UPDATE members SET
                    wake = CASE WHEN status <> 0 OR wake <= ?4 THEN wake
                        WHEN state = 2 AND first_attempt_at > ?4 THEN ?4 + max(0, wake - first_attempt_at)
                        WHEN state = 2 AND wake > ?4 + ?5 THEN ?4
                        WHEN arrived_at > ?4 THEN ?4 + max(0, wake - arrived_at) ELSE wake END,
                    arrived_at = min(arrived_at, ?4), entered_at = min(entered_at, ?4), left_at = min(left_at, ?4),
                    first_attempt_at = min(first_attempt_at, ?4)
                WHERE journey = ?1 AND key >= ?2 AND key <= ?3 AND (arrived_at > ?4 OR entered_at > ?4
                    OR left_at > ?4 OR first_attempt_at > ?4 OR (state = 2 AND wake > ?4 + ?5))
                """
            ).bind(1, Int(journey)).bind(4, now).bind(5, Self.longestPause)
            range.bind(statement)
            try statement.run()
            return range.isLast ? nil : range.last
        }
    }
}
