import Journeys
import SQLite

extension ControlWriter {
    /// Adds a run, queued or running, and removes a few of the journey's oldest that have ended, when it has more than so many: of
    /// the timer's runs for one of the timer, else of the others.
    /// - Parameters:
    ///   - keeping: runs of each of the two that stay: the newest. The last completed one stays too, and of the runs since then one of each version
    ///     that was begun: what they worked on says what an edit means for members.
    ///   - limit: runs removed.
    /// - Throws: `conflict` when the journey has a running one and this is to be another.
    public func insertRun(_ run: RunRecord, keeping: Int = 1000, removing limit: Int = 100) throws {
        let inserted = try connection.run(
            """
            INSERT INTO runs(id, workspace_id, journey_id, journey_version, trigger, created_at, created_by, owner_id,
                fence, status, error, counts, tiles, started_at, finished_at, traceparent)
            SELECT ?1, ?2, ?3, ?9, ?10, ?11, ?12, ?13, ?14, ?4, ?5, ?6, ?7, ?8, ?15, ?16
            FROM journeys WHERE id = ?3 AND workspace_id = ?2 AND deleted_at IS NULL
            """
        ) {
            bind(run, to: $0).bind(9, run.journeyVersion).bind(10, run.trigger.rawValue).bind(11, run.createdAt)
                .bind(12, run.createdBy).bind(13, run.ownerID).bind(14, run.fence).bind(15, run.finishedAt)
                .bind(16, run.traceparent)
        }
        if inserted == 0 { throw StoreError.notFound("journey \(run.journeyID)") }
        try connection.run(Self.pruneSQL) {
            $0.bind(1, run.journeyID).bind(2, keeping).bind(3, limit).bind(4, run.trigger == .timer ? 1 : 0)
        }
    }

    /// All through indices of a journey's runs, which have them by age.
    static let pruneSQL = """
        WITH completed(n) AS (
            SELECT coalesce(
                (SELECT n FROM runs WHERE journey_id = ?1 AND status = 'completed' ORDER BY n DESC LIMIT 1), 0))
        DELETE FROM runs WHERE n IN (
            SELECT n FROM runs AS old INDEXED BY runs_of_timer
            WHERE journey_id = ?1 AND (trigger = 'timer') = ?4
            AND n <= (
                SELECT n FROM runs INDEXED BY runs_of_timer
                WHERE journey_id = ?1 AND (trigger = 'timer') = ?4 ORDER BY n DESC LIMIT 1 OFFSET ?2)
            AND status NOT IN ('queued', 'running') AND n <> (SELECT n FROM completed)
            AND NOT (n > (SELECT n FROM completed) AND started_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM runs AS later WHERE later.journey_id = ?1 AND later.n > old.n
                AND later.journey_version = old.journey_version AND later.started_at IS NOT NULL))
            ORDER BY n LIMIT ?3)
        """

    /// Makes `owner` the owner of an unfinished run under a new fence: `running` from now on, started at `now` unless it
    /// had been started before.
    /// - Throws: `notFound`; `staleFence` when the run is over; `conflict` when another run of the journey is running.
    /// - Returns: the run with its fence.
    public func claimRun(workspaceID: String, id: String, owner: String, at now: Int64) throws -> RunRecord {
        let changed = try connection.run(
            """
            UPDATE runs SET owner_id = ?3, fence = fence + 1, status = 'running', started_at = coalesce(started_at, ?4)
            WHERE id = ?1 AND workspace_id = ?2 AND status IN ('queued', 'running')
            """
        ) { $0.bind(1, id).bind(2, workspaceID).bind(3, owner).bind(4, now) }
        guard let run = try run(workspaceID: workspaceID, id: id) else { throw StoreError.notFound("run \(id)") }
        guard changed > 0 else { throw StoreError.staleFence("run \(id) is over: it is \(run.status.rawValue)") }
        return run
    }

    /// Writes what a run's owner knows of it: version, status, error, counts, tiles and times. A cancelled run takes its
    /// last counts, but no other status.
    /// - Throws: `staleFence` when the run has another owner meanwhile, or is over; `notFound`.
    public func updateRun(_ run: RunRecord) throws {
        let changed = try connection.run(
            """
            UPDATE runs SET status = ?4, error = ?5, counts = ?6, tiles = ?7, started_at = ?8, journey_version = ?9,
                finished_at = ?10
            WHERE id = ?1 AND workspace_id = ?2 AND journey_id = ?3 AND fence = ?11
                AND (status IN ('queued', 'running') OR status = ?4)
            """
        ) { bind(run, to: $0).bind(9, run.journeyVersion).bind(10, run.finishedAt).bind(11, run.fence) }
        guard changed == 0 else { return }
        guard let present = try self.run(workspaceID: run.workspaceID, id: run.id) else {
            throw StoreError.notFound("run \(run.id)")
        }
        throw StoreError.staleFence(
            present.status.isFinal
                ? "run \(run.id) is over: it is \(present.status.rawValue)"
                : "run \(run.id) has another owner now (fence \(present.fence), not \(run.fence))")
    }

    /// Makes a queued run that a timer started one that lets members in as well.
    /// - Parameters:
    ///   - author: who asked for it now; nil leaves who did.
    ///   - traceparent: where it stands in the trace of who asked; nil leaves it where it is.
    /// - Returns: the run; nil when it is none of a timer, or is not queued any more.
    public func upgradeTimerRun(
        workspaceID: String, id: String, to trigger: RunTrigger, createdBy author: String?, traceparent: String? = nil
    ) throws -> RunRecord? {
        let changed = try connection.run(
            """
            UPDATE runs SET trigger = ?3, created_by = coalesce(?4, created_by), traceparent = coalesce(?5, traceparent)
            WHERE id = ?1 AND workspace_id = ?2 AND status = 'queued' AND trigger = 'timer'
            """
        ) {
            $0.bind(1, id).bind(2, workspaceID).bind(3, trigger.rawValue).bind(4, author).bind(5, traceparent)
        }
        return changed > 0 ? try run(workspaceID: workspaceID, id: id) : nil
    }

    /// Cancels one unfinished run, whoever owns it: its owner learns of it at its next write. False when it is over.
    /// - Throws: `notFound`.
    public func cancelRun(workspaceID: String, journeyID: String, id: String, at now: Int64) throws -> Bool {
        let changed = try connection.run(
            """
            UPDATE runs SET status = 'cancelled', finished_at = ?4
            WHERE id = ?1 AND workspace_id = ?2 AND journey_id = ?3 AND status IN ('queued', 'running')
            """
        ) { $0.bind(1, id).bind(2, workspaceID).bind(3, journeyID).bind(4, now) }
        if changed == 0, try run(workspaceID: workspaceID, journeyID: journeyID, id: id) == nil {
            throw StoreError.notFound("run \(id)")
        }
        return changed > 0
    }

    /// Cancels the unfinished runs of a journey, as pause, archive and DELETE do; gives their ids.
    @discardableResult
    public func cancelRuns(workspaceID: String, journeyID: String, at now: Int64) throws -> [String] {
        try connection.rows(
            """
            UPDATE runs SET status = 'cancelled', finished_at = ?3
            WHERE journey_id = ?1 AND workspace_id = ?2 AND status IN ('queued', 'running') RETURNING id
            """, { $0.bind(1, journeyID).bind(2, workspaceID).bind(3, now) }
        ) { $0.string(0) }
    }

    @discardableResult
    private func bind(_ run: RunRecord, to statement: Statement) -> Statement {
        statement.bind(1, run.id).bind(2, run.workspaceID).bind(3, run.journeyID).bind(4, run.status.rawValue)
            .bind(5, run.error).bind(6, run.counts.json.text).bind(7, JSON.object(run.tiles.mapValues(\.json)).text)
            .bind(8, run.startedAt)
    }
}
