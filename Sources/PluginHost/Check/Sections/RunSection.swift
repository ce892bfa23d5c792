import CTessera
import Columns
import Glibc
import Journeys
import Platform

/// Runs batches of all sizes and judges what is reported.
struct RunSection {
    let subject: CheckSubject
    let type: PluginImage.TileType
    private var session: CheckSession { subject.session }
    private static let maxWaits = 8
    /// Calls that were judged, with what they were: late words may follow.
    private let judged = Monitor<[(call: CheckCall, what: String)]>([])

    func run() {
        let tiles = subject.openTiles(type)
        guard let info = tiles.first?.tile.info else {
            return session.fact("not run: no example opens on any model that was tried")
        }
        guard tiles.allSatisfy(\.tile.canRun) else {
            return session.fact("not run: it has SIDE_EFFECTS and no DRY_RUN, so a check would touch the world")
        }
        if info.sideEffects { session.fact("in dry runs only: it has SIDE_EFFECTS") }
        for (what, tile) in tiles {
            for rows in Set([0, 1, 7, tile.maxBatch]).sorted() where rows <= tile.maxBatch {
                for nulls in SampleRows.Nulls.allCases where rows > 0 || nulls == .none {
                    let text = "a batch of \(rows) rows \(nulls.rawValue) (\(what))"
                    session.step("run \(text)") { batch(tile, text, rows, nulls) }
                }
            }
            session.step("run the same batch twice (\(what))") { twice(tile, what) }
            session.step("run a cancelled batch (\(what))") { cancelled(tile, what) }
            if tile.info.isAsync {
                session.step("run several batches at once (\(what))") { inFlight(tile, what) }
            }
            if info.supportsDryRun, !info.sideEffects {
                session.step("run a dry run (\(what))") {
                    judge(tile, "a dry run of 7 rows (\(what))", Array(0..<7), .some, dryRun: true)
                }
            }
            session.step("call waiting rows again (\(what))") { waits(tile, what) }
            session.step("close (\(what))") { tile.close() }
        }
        session.step("wait for threads of the plugin that may still use what they were lent") { linger() }
    }

    /// Only a plugin with threads of its own can come too late.
    private func linger() {
        if ((try? Files.list("/proc/self/task"))?.count ?? 1) > 1 { usleep(300_000) }
        for (call, what) in judged.withLock({ $0 }) where call.isAsync {
            let state = call.state.withLock { $0 }
            session.check(.doneOnce, state.done <= 1, "done was called \(state.done) times for \(what)")
            session.check(
                .reportAfterEnd, state.late == 0,
                "\(state.late) reports came for \(what) after the call had ended: they are ignored")
        }
    }

    private func batch(_ tile: TileSubject, _ what: String, _ rows: Int, _ nulls: SampleRows.Nulls) {
        judge(tile, what, Array(0..<rows), nulls, dryRun: tile.runsDry)
    }

    @discardableResult
    private func judge(
        _ tile: TileSubject, _ what: String, _ numbers: [Int], _ nulls: SampleRows.Nulls, dryRun: Bool,
        now: Int64? = nil, arrivedAt: Int64? = nil, cancelled: Bool = false
    ) -> [CheckCall.Reported] {
        let now = now ?? subject.host.clock.now()
        subject.host.clock.reach(now)
        let rows = tile.rows(nulls, arrivedAt: arrivedAt ?? now - 1_000_000)
        let batch = GuardedBatch(rows.batch(numbers))
        let call = CheckCall(
            tile, rows: numbers.count, now: now, deadlineUs: session.patienceUs, dryRun: dryRun, cancelled: cancelled)
        let (status, ended) = call.run(tile, batch, patienceUs: session.patienceUs)
        OutcomeJudge(session: session, subject: tile, what: what).judge(
            call, status: status, ended: ended, mayStop: cancelled)
        judged.withLock { $0.append((call, what)) }
        return call.state.withLock { $0.outcomes }
    }

    /// As many calls at once as the type allows: each gets its own outcomes and its own `done`.
    private func inFlight(_ tile: TileSubject, _ what: String) {
        let now = subject.host.clock.now()
        let calls = (0..<min(tile.info.maxInFlight, 4)).map { seed -> CheckCall in
            let batch = GuardedBatch(tile.rows(.some, seed: seed, arrivedAt: now).batch(rows: min(7, tile.maxBatch)))
            let call = CheckCall(
                tile, rows: batch.rows, now: now, deadlineUs: session.patienceUs, dryRun: tile.runsDry)
            _ = call.run(tile, batch, patienceUs: 0)
            return call
        }
        for (index, call) in calls.enumerated() {
            let ended = call.waitForEnd(microseconds: session.patienceUs)
            OutcomeJudge(
                session: session, subject: tile, what: "batch \(index + 1) of \(calls.count) in flight (\(what))"
            ).judge(call, status: 0, ended: ended)
        }
    }

    /// An instance keeps nothing, so what it decides depends on the batch alone.
    private func twice(_ tile: TileSubject, _ what: String) {
        let now = subject.host.clock.now()
        let text = "a batch of 7 rows (\(what))"
        let first = judge(tile, text, Array(0..<7), .some, dryRun: tile.runsDry, now: now)
        let second = judge(tile, text, Array(0..<7), .some, dryRun: tile.runsDry, now: now)
        session.check(
            .sameOutcomes, Set(first) == Set(second),
            "the same batch with the same times got other outcomes when it came again (\(what)): an instance must keep "
                + "nothing from call to call")
        // A member's outcome must not hang on who else is in the batch.
        let alone = judge(tile, "a batch of 1 row (\(what))", [3], .some, dryRun: tile.runsDry, now: now)
        let inBatch = first.filter { $0.row == 3 }.map { ($0.kind, $0.branch) }
        session.check(
            .sameOutcomes, alone.first.map { [($0.kind, $0.branch)] }?.elementsEqual(inBatch, by: ==) ?? true,
            "a row got another outcome alone than among others (\(what)): batches are cut as the host likes")
    }

    private func cancelled(_ tile: TileSubject, _ what: String) {
        judge(
            tile, "a cancelled batch (\(what))", Array(0..<7), .some, dryRun: tile.runsDry, cancelled: true)
    }

    /// Rows that wait come again when their time is up, with the same key and arrival.
    private func waits(_ tile: TileSubject, _ what: String) {
        let arrivedAt = subject.host.clock.now()
        var waiting = Array(0..<7)
        var now = arrivedAt
        for round in 0..<Self.maxWaits {
            let text = round == 0 ? "a batch of 7 rows (\(what))" : "rows whose wait is over (\(what))"
            let outcomes = judge(
                tile, text, waiting, .some, dryRun: tile.runsDry, now: now, arrivedAt: arrivedAt)
            let again = outcomes.filter { $0.kind == TESSERA_WAIT && Int($0.row) < waiting.count }
            guard let next = again.map(\.time).min(), next > now, next < Int64.max / 2 else { return }
            waiting = again.filter { $0.time == next }.map { waiting[Int($0.row)] }
            now = next
        }
        session.fact("rows still wait after \(Self.maxWaits) calls (\(what))")
    }
}
