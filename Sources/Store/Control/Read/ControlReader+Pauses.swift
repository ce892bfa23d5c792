import Journeys
import SQLite

extension ControlReader {
    /// The pauses of a journey that are over and that its members' waits have not been told of yet, in their order.
    public func endedPauses(workspaceID: String, journeyID: String) throws -> [PauseRecord] {
        try connection.rows(
            """
            SELECT p.n, p.paused_at, p.resumed_at, p.clock FROM journey_pauses p JOIN journeys j ON j.n = p.journey_n
            WHERE j.id = ?1 AND j.workspace_id = ?2 AND j.deleted_at IS NULL AND p.resumed_at IS NOT NULL ORDER BY p.n
            """, { $0.bind(1, journeyID).bind(2, workspaceID) }
        ) { row in
            PauseRecord(
                number: row.int64(0), pausedAt: row.int64(1), resumedAt: row.int64(2),
                clock: try row.value(3, "the clock of a pause of journey \(journeyID)"))
        }
    }

    /// The pause of a journey that is paused.
    public func openPause(workspaceID: String, journeyID: String) throws -> (number: Int64, pausedAt: Int64)? {
        try connection.first(
            """
            SELECT p.n, p.paused_at FROM journey_pauses p JOIN journeys j ON j.n = p.journey_n
            WHERE j.id = ?1 AND j.workspace_id = ?2 AND j.deleted_at IS NULL AND p.resumed_at IS NULL
            """, { $0.bind(1, journeyID).bind(2, workspaceID) }
        ) { ($0.int64(0), $0.int64(1)) }
    }
}
