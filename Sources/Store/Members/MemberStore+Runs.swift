import Journeys
import SQLite

/// How far runs are. Progress is written by `commit`.
extension MemberStore {
    /// The progress that the run's last commit stored; nil before the first one.
    public func runProgress(_ runID: String) throws -> RunProgress? {
        try read { database in
            let statement = try database.statement(
                "SELECT journey, phase, cursor, counts, tiles FROM run_progress WHERE run_id = ?")
            defer { statement.reset() }
            guard try statement.bind(1, runID).step() else { return nil }
            var tiles: [Int32: RunTileCounts] = [:]
            for (number, counts) in try JSON.parse(statement.bytes(4)).objectValue ?? [:] {
                if let number = Int32(number) { tiles[number] = RunTileCounts(json: counts) }
            }
            return RunProgress(
                runID: runID, journey: Int32(statement.int(0)), phase: statement.int(1),
                cursor: statement.isNull(2) ? nil : statement.blob(2),
                counts: RunCounts(json: try JSON.parse(statement.bytes(3))), tiles: tiles)
        }
    }

    /// Forgets a run that has ended; call it once `control.db` has its counts.
    public func deleteRunProgress(_ runID: String) throws {
        try write(.normal) { try $0.statement("DELETE FROM run_progress WHERE run_id = ?").bind(1, runID).run() }
    }

    /// Forgets all runs of a journey but one. Only one goes on at a time: others have ended, and whoever recorded that died before
    /// it could forget them.
    public func deleteRunProgress(of journey: Int32, but runID: String) throws {
        let isLeft = try read { database in
            let statement = try database.statement("SELECT 1 FROM run_progress WHERE journey = ? AND run_id <> ?")
            defer { statement.reset() }
            return try statement.bind(1, Int(journey)).bind(2, runID).step()
        }
        guard isLeft else { return }
        try write(.normal) {
            try $0.statement("DELETE FROM run_progress WHERE journey = ? AND run_id <> ?").bind(1, Int(journey)).bind(
                2, runID
            )
            .run()
        }
    }

    static func write(_ progress: RunProgress, _ database: Database) throws {
        let tiles = JSON.object(
            Dictionary(uniqueKeysWithValues: progress.tiles.map { (String($0.key), $0.value.json) }))
        try database.statement("INSERT OR REPLACE INTO run_progress VALUES(?, ?, ?, ?, ?, ?)")
            .bind(1, progress.runID).bind(2, Int(progress.journey)).bind(3, progress.phase)
            .bind(4, blob: progress.cursor).bind(5, Self.text(progress.counts.json)).bind(6, Self.text(tiles)).run()
    }

    private static func text(_ json: JSON) -> String { String(decoding: json.serialized(), as: UTF8.self) }
}
