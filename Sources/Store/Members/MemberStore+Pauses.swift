import Journeys
import SQLite

/// Waits move when a journey goes on after a pause.
extension MemberStore {
    /// Moves the next waits of a journey as a pause's clock says: the arrival and the time to be looked at together. For
    /// a wait of some length that is all; others end when their tile says, which is to be asked then (`movedBy`). Retries and
    /// parked members are no waits.
    ///
    /// The waits that end last come first. Waits only move to later times, so none is met twice however far it moves, and
    /// a step touches waits only, whatever number of members rests elsewhere. How far it is stands in the same transaction:
    /// a step that was lost is done again, one that was not is not. Any number of threads may take turns.
    /// - Parameters:
    ///   - pause: pauses of a journey come one after the other; nothing happens for one that is done or was followed by another.
    ///   - tiles: the numbers of tiles whose waits do not count from the arrival: they stay.
    ///   - limit: members looked at.
    /// - Returns: whether there may be more: call again. At the end all of it is on the disk.
    public func shiftWaits(
        _ journey: Int32, over pause: PauseRecord, except tiles: [Int32] = [], limit: Int = 10_000
    ) throws -> Bool {
        let isDone = try write(.normal) { database -> Bool in
            let begun = try Self.begun(journey, database)
            if let begun, begun.pause > pause.number || begun.pause == pause.number && begun.end == nil { return true }
            let end = begun?.pause == pause.number ? begun?.end : nil
            guard let start = try Self.start(journey, before: end, limit: limit, database) else {
                try Self.shift(journey, pause, except: tiles, from: nil, before: end, database)
                return true
            }
            try Self.shift(journey, pause, except: tiles, from: start, before: end, database)
            try Self.note(journey, pause.number, start, database)
            return false
        }
        if isDone { try write(.full) { try Self.finish(journey, pause.number, $0) } }
        return !isDone
    }

    /// The last pause that moved waits of a journey, until their tiles have been asked when they end now; nil then.
    public func movedBy(_ journey: Int32) throws -> Int64? {
        try read { database in
            let statement = try database.statement("SELECT pause FROM pauses WHERE journey = ? AND pause > asked")
            defer { statement.reset() }
            return try statement.bind(1, Int(journey)).step() ? statement.int64(0) : nil
        }
    }

    /// Notes that tiles have been asked about all waits that this pause moved, and those before it. Should that be lost, they
    /// are asked once more.
    public func noteAsked(_ journey: Int32, after pause: Int64) throws {
        try write(.full) { database in
            try database.statement("UPDATE pauses SET asked = max(asked, ?2) WHERE journey = ?1")
                .bind(1, Int(journey)).bind(2, pause).run()
        }
    }

    /// A place in the order of waits.
    private struct Place {
        var wake: Int64
        var key: [UInt8]
    }

    /// The last pause that was begun, and the earliest wait that has moved; nil when all have.
    private static func begun(_ journey: Int32, _ database: Database) throws -> (pause: Int64, end: Place?)? {
        let statement = try database.statement("SELECT pause, wake, key FROM pauses WHERE journey = ?")
        defer { statement.reset() }
        guard try statement.bind(1, Int(journey)).step() else { return nil }
        let end = statement.optionalInt64(1).map { Place(wake: $0, key: statement.blob(2)) }
        return (statement.int64(0), end)
    }

    /// Where the next step's members begin; nil when they are the last ones.
    private static func start(
        _ journey: Int32, before end: Place?, limit: Int, _ database: Database
    ) throws -> Place? {
        let statement = try database.statement(startSQL)
        defer { statement.reset() }
        statement.bind(1, Int(journey)).bind(4, max(limit, 1) - 1)
        return try bind(statement, 2, end) {
            try statement.step() ? Place(wake: statement.int64(0), key: statement.blob(1)) : nil
        }
    }

    static let startSQL = """
        SELECT wake, key FROM members INDEXED BY members_wake
        WHERE journey = ?1 AND wake IS NOT NULL AND (wake, key) < (?2, ?3) ORDER BY wake DESC, key DESC LIMIT 1 OFFSET ?4
        """

    private static func shift(
        _ journey: Int32, _ pause: PauseRecord, except tiles: [Int32], from start: Place?, before end: Place?,
        _ database: Database
    ) throws {
        let statement = try database.statement(shiftSQL(pause.clock, except: tiles))
        defer { statement.reset() }
        statement.bind(1, Int(journey)).bind(6, pause.pausedAt).bind(7, pause.resumedAt)
        let start = start ?? Place(wake: .min, key: [])
        try bind(statement, 2, end) {
            try start.key.withUnsafeBytes { key in
                statement.bind(4, start.wake).bind(5, text: key)
                try statement.run()
            }
        }
    }

    /// Who arrived after the pause had begun, by a run that was still winding down, waits from then. A wait that was over is
    /// over. No wait moves to an earlier time, whatever the clock did, nor beyond all times.
    static func shiftSQL(_ clock: PauseClock, except tiles: [Int32]) -> String {
        let shift = clock == .restart ? "max(0, ?7 - arrived_at)" : "max(0, ?7 - max(arrived_at, ?6))"
        return """
            UPDATE members INDEXED BY members_wake SET
                arrived_at = arrived_at + \(shift), wake = wake + min(\(shift), \(Int64.max) - wake)
            WHERE journey = ?1 AND wake IS NOT NULL AND (wake, key) < (?2, ?3) AND (wake, key) >= (?4, ?5)
            AND state = 1 AND wake > ?6 AND tile NOT IN (\(tiles.map(String.init).joined(separator: ", ")))
            """
    }

    /// Binds where a step ends; nil is behind all keys, as every blob is behind every text.
    private static func bind<Value>(
        _ statement: Statement, _ index: Int32, _ end: Place?, _ body: () throws -> Value
    ) rethrows -> Value {
        guard let end else {
            statement.bind(index, Int64.max).bind(index + 1, blob: [])
            return try body()
        }
        return try end.key.withUnsafeBytes { key in
            statement.bind(index, end.wake).bind(index + 1, borrowedText: key)
            return try body()
        }
    }

    private static func note(_ journey: Int32, _ pause: Int64, _ place: Place, _ database: Database) throws {
        let statement = try database.statement(
            "INSERT OR REPLACE INTO pauses(journey, pause, wake, key) VALUES(?, ?, ?, ?)")
        defer { statement.reset() }
        try place.key.withUnsafeBytes { key in
            statement.bind(1, Int(journey)).bind(2, pause).bind(3, place.wake).bind(4, borrowedText: key)
            try statement.run()
        }
    }

    private static func finish(_ journey: Int32, _ pause: Int64, _ database: Database) throws {
        try database.statement(
            """
            INSERT INTO pauses(journey, pause) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET pause = ?2, wake = NULL, key = NULL
            WHERE pause <= ?2
            """
        ).bind(1, Int(journey)).bind(2, pause).run()
    }
}
