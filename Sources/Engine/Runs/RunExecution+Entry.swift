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
        var unusable = 0
        while control.stop == nil, !control.isEntryClosed, let batch = try scan.next() {
            mover.now = max(mover.now, runAt)
            // Counted once, also when the run is interrupted: the committed total moves with the cursor.
            let seen = scan.skippedKeys + scan.repeatedKeys + scan.misfits
            mover.tally.skipped += seen - unusable
            unusable = seen
            try enter(batch)
            noteProgress(phase: .entry, cursor: Array(batch.utf8(0)[batch.count - 1]))
            try step()
        }
        if control.stop != nil || control.isEntryClosed { return }
        mover.tally.skipped += scan.skippedKeys + scan.repeatedKeys + scan.misfits - unusable
        noteProgress(phase: .afterEntry, cursor: nil)
    }

    private func enter(_ batch: RecordBatch) throws {
        let cargo = Cargo(batch: batch, time: mover.now)
        let flagged = compiled.exitCriteria == nil ? nil : batch.bool(batch.columns.count - 1)
        var entering: [Int32] = []
        var leaving: [Int32] = []
        entering.reserveCapacity(batch.count)
        let known = KnownMembers(
            store: members, journey: journeyNumber, keys: cargo.keys, count: batch.count,
            detail: compiled.rules.reentry == nil ? .keys : .all)
        for row in 0..<batch.count {
            if let (member, index) = try known.find(cargo.keys[row]) {
                // Without re-entry being a member at all is enough, and no more was read.
                guard compiled.rules.reentry != nil, member.status(index) != .active,
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
            if let flagged, !batch.isNull(batch.columns.count - 1, row), flagged[row] {
                leaving.append(Int32(row))
            } else {
                entering.append(Int32(row))
            }
        }
        mover.tally.entered += entering.count + leaving.count
        mover.arrive(cargo, rows: entering, at: compiled.plan.entry)
        mover.turnAway(cargo, rows: leaving, at: compiled.plan.entry, reason: .exitCriteria)
    }
}
