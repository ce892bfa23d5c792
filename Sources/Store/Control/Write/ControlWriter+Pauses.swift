import Journeys

/// Pauses of journeys: one is open while a journey is paused; one that is over stays until the members' waits have moved.
extension ControlWriter {
    /// Notes that a journey is paused from now on.
    public func beginPause(workspaceID: String, journeyID: String, at now: Int64) throws {
        try connection.run(
            """
            INSERT INTO journey_pauses(journey_n, paused_at)
            SELECT n, ?3 FROM journeys WHERE id = ?1 AND workspace_id = ?2 AND deleted_at IS NULL
            """
        ) { $0.bind(1, journeyID).bind(2, workspaceID).bind(3, now) }
    }

    /// Notes that a journey goes on. A pause with a clock that keeps counting is forgotten: it moves no wait.
    public func endPause(workspaceID: String, journeyID: String, clock: PauseClock, at now: Int64) throws {
        let condition = "resumed_at IS NULL AND \(Self.ofJourney)"
        if clock == .keepCounting {
            try connection.run("DELETE FROM journey_pauses WHERE \(condition)") {
                $0.bind(1, journeyID).bind(2, workspaceID)
            }
        } else {
            try connection.run("UPDATE journey_pauses SET resumed_at = ?3, clock = ?4 WHERE \(condition)") {
                $0.bind(1, journeyID).bind(2, workspaceID).bind(3, now).bind(4, clock.rawValue)
            }
        }
    }

    /// A journey that is paused was paused by `now` at the latest, whatever the clock said then.
    public func pullBackPause(workspaceID: String, journeyID: String, to now: Int64) throws {
        try connection.run(
            """
            UPDATE journey_pauses SET paused_at = ?3 WHERE resumed_at IS NULL AND paused_at > ?3 AND \(Self.ofJourney)
            """
        ) { $0.bind(1, journeyID).bind(2, workspaceID).bind(3, now) }
    }

    /// Forgets all pauses of a journey: nobody waits in it any more.
    public func forgetPauses(workspaceID: String, journeyID: String) throws {
        try connection.run("DELETE FROM journey_pauses WHERE \(Self.ofJourney)") {
            $0.bind(1, journeyID).bind(2, workspaceID)
        }
    }

    /// Forgets one whose waits have moved, on the disk.
    public func forgetPause(_ number: Int64) throws {
        try connection.run("DELETE FROM journey_pauses WHERE n = ?1") { $0.bind(1, number) }
    }

    private static let ofJourney =
        "journey_n = (SELECT n FROM journeys WHERE id = ?1 AND workspace_id = ?2 AND deleted_at IS NULL)"
}
