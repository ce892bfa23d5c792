import Columns
import Store

/// Entry: rows of the model that match the entry criteria and are not members come in, in key order.
extension RunExecution {
    func enter() throws {
        guard progress.phase < Phase.afterEntry.rawValue else { return }
        let cursor = progress.phase == Phase.entry.rawValue ? progress.cursor : nil
        let scan = try warehouse.scan(
            compiled.model, columns: compiled.columns, filter: compiled.entryCriteria,
            flags: compiled.exitCriteria.map { [$0] } ?? [], after: cursor, runAt: runAt,
            batchRows: settings.batchRows, cancelled: { [control] in control.stop != nil })
        defer { scan.close() }
        watch(scan)
        if cursor == nil {
            control.entryBegins {
                [warehouse, model = compiled.model, filter = compiled.entryCriteria, runAt] cancelled in
                try warehouse.count(model: model, filter: filter, runAt: runAt, cancelled: cancelled)
            }
        }
        var unusable = 0
        while control.stop == nil, !control.isEntryClosed, let batch = try scan.next() {
            mover.now = max(mover.now, runAt)
            // Counted once, also when the run is interrupted: the committed total moves with the cursor.
            let seen = scan.skippedKeys + scan.repeatedKeys + scan.misfits
            mover.tally.skipped += seen - unusable
            unusable = seen
            try enter(batch)
            control.read(rows: batch.count)
            noteProgress(phase: .entry, cursor: Array(batch.utf8(0)[batch.count - 1]))
            try step()
            try moveWhoIsDue()
        }
        if control.stop != nil || control.isEntryClosed { return }
        mover.tally.skipped += scan.skippedKeys + scan.repeatedKeys + scan.misfits - unusable
        noteProgress(phase: .afterEntry, cursor: nil)
    }

    private func enter(_ batch: RecordBatch) throws {
        let keys = batch.utf8(0)
        var entering: [Int32] = []
        entering.reserveCapacity(batch.count)
        if compiled.rules.reentry == nil {
            let known = knownKeys ?? KnownKeys(store: members, journey: journeyNumber, from: Array(keys[0]))
            knownKeys = known
            for row in 0..<batch.count where try !known.contains(keys[row]) { entering.append(Int32(row)) }
            // Most runs find most of the model inside.
            if entering.isEmpty { return }
            let cargo = Cargo(batch: batch, time: mover.now)
            for row in entering { cargo.isNew[Int(row)] = true }
            comeIn(cargo, entering)
        } else {
            let cargo = Cargo(batch: batch, time: mover.now)
            let known = KnownMembers(store: members, journey: journeyNumber, keys: keys, count: batch.count)
            for row in 0..<batch.count {
                if let (member, index) = try known.find(keys[row]) {
                    // Entry comes before movement: who has left in this very run was a member when it began.
                    guard member.status(index) != .active, member.leftAt[index] < runAt,
                        compiled.rules.mayReenter(
                            entry: member.entry[index], leftAt: member.leftAt[index], now: mover.now)
                    else { continue }
                    cargo.entry[row] = member.entry[index] + 1
                    cargo.origin[row] = member.tile[index]
                    cargo.originStatus[row] = member.status(index)
                    cargo.originState[row] = member.state(index)
                } else {
                    cargo.isNew[row] = true
                }
                entering.append(Int32(row))
            }
            comeIn(cargo, entering)
        }
    }

    /// Those who match the exit criteria are out again at once.
    private func comeIn(_ cargo: Cargo, _ rows: [Int32]) {
        mover.tally.entered += rows.count
        guard compiled.exitCriteria != nil else { return mover.arrive(cargo, rows: rows, at: compiled.plan.entry) }
        let flag = cargo.batch.columns.count - 1
        let flagged = cargo.batch.bool(flag)
        var (staying, leaving): ([Int32], [Int32]) = ([], [])
        for row in rows {
            if !cargo.batch.isNull(flag, Int(row)), flagged[Int(row)] {
                leaving.append(row)
            } else {
                staying.append(row)
            }
        }
        mover.arrive(cargo, rows: staying, at: compiled.plan.entry)
        mover.turnAway(cargo, rows: leaving, at: compiled.plan.entry, reason: .exitCriteria)
    }
}
