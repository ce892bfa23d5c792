import Columns
import Journeys
import Store

/// Members who are inside already: those that leave, and those whose time has come.
extension RunExecution {
    /// Members whose arrival at a tile with side effects was committed and whose outcome was not: they are handed to it
    /// again, under the same key, as a further attempt.
    func resumeUnderway() throws {
        try moveDue(states: MemberStates(.arrived), upTo: Mover.underwayWake)
    }

    /// Active members that match the exit criteria leave. A run of the timer reads no model for it: it judges those that it moves
    /// (decision 0023).
    func leaveByCriteria() throws {
        guard run.trigger != .timer, let criteria = compiled.exitCriteria else { return }
        let scan = try warehouse.scan(
            compiled.model, columns: [], filter: criteria, runAt: runAt, batchRows: settings.batchRows,
            cancelled: { [control] in control.stop != nil })
        defer { scan.close() }
        watch(scan)
        while control.stop == nil, let batch = try scan.next() {
            let rows = try members.activeMatching(journeyNumber, keys: batch.utf8(0), count: batch.count)
            if rows.isEmpty { continue }
            let cargo = cargo(of: rows, batch: rows.keyBatch())
            for row in 0..<cargo.batch.count { mover.exit(cargo, Int32(row), reason: .exitCriteria) }
            try step()
        }
    }

    /// Members in one of these states that are due by `time` go on, in the order of their due times.
    func moveDue(states: MemberStates, upTo time: Int64) throws {
        var cursor: MemberStore.DueCursor?
        repeat {
            let page = try members.due(
                journeyNumber, upTo: time, after: cursor, states: states, limit: settings.batchRows)
            cursor = page.next
            if !page.rows.isEmpty { try move(page.rows) }
        } while cursor != nil && control.stop == nil
    }

    /// Where members move when they are due, a run that lasts, because it reads a large model or waits for slow calls, holds up
    /// none of them. Looks at most once a second.
    func moveWhoIsDue() throws {
        let now = clock.now()
        guard compiled.rules.movesWhenDue, control.stop == nil, now >= nextLook || now < nextLook - Self.lookPause,
            // Who stands at an edited tile is moved with all who stand there, before others.
            edits.tiles.isEmpty || !hasEdits
        else { return }
        nextLook = now + Self.lookPause
        guard let due = try members.nextWake(journeyNumber), due <= now else { return }
        try commit(durable: false)
        mover.now = now
        try moveDue(states: Self.resting, upTo: now)
        try commit(durable: false)
    }

    /// Hands members to the tiles where they stand, with their attributes as they are now. Those whose tile has gone arrive at
    /// the next one that there is; those whose row has gone, or all tiles ahead, leave.
    /// - Parameter handedOver: called before anything of it can be committed.
    func move(_ rows: MemberRows, handedOver: () -> Void = {}) throws {
        let rows = rows.sortedByKey()
        let batch = try warehouse.lookup(
            compiled.model, columns: compiled.columns, keys: rows.keys, count: rows.count,
            flags: compiled.exitCriteria.map { [$0] } ?? [], runAt: runAt,
            cancelled: { [control] in control.stop == .shutdown })
        let found = cargo(of: rows, batch: batch)
        if batch.count < rows.count { leave(rows, notIn: batch) }
        let flag = compiled.exitCriteria == nil ? nil : batch.columns.count - 1
        var parcels = [[Int32]](repeating: [], count: compiled.plan.tiles.count)
        var skipping = parcels
        var arriving = parcels
        for row in 0..<batch.count {
            if let flag, !batch.isNull(flag, row), batch.bool(flag)[row] {
                mover.exit(found, Int32(row), reason: .exitCriteria)
            } else if found.tile[row] < 0 {
                if let target = edits.removed[found.origin[row]] ?? nil {
                    arriving[target].append(Int32(row))
                } else {
                    mover.exit(found, Int32(row), reason: .tileRemoved)
                }
            } else if found.attempt[row] == MemberStore.skipsTile {
                skipping[Int(found.tile[row])].append(Int32(row))
            } else {
                parcels[Int(found.tile[row])].append(Int32(row))
            }
        }
        for (tile, rows) in arriving.enumerated() { mover.skipForward(found, rows, to: tile) }
        for (tile, rows) in skipping.enumerated() { mover.skip(found, rows, from: tile) }
        for (tile, rows) in parcels.enumerated() { mover.resume(found, rows: rows, at: tile) }
        handedOver()
        try step()
    }

    private func leave(_ rows: MemberRows, notIn batch: RecordBatch) {
        let keys = batch.utf8(0)
        let gone = MemberRows()
        var next = 0
        for row in 0..<rows.count {
            while next < batch.count, MemberRows.compare(keys[next], rows.key(row)) < 0 { next += 1 }
            if next == batch.count || MemberRows.compare(keys[next], rows.key(row)) != 0 { gone.append(row, of: rows) }
        }
        let cargo = cargo(of: gone, batch: gone.keyBatch())
        for row in 0..<cargo.batch.count { mover.exit(cargo, Int32(row), reason: .notInModel) }
    }

    /// The members of `batch`, whose keys are among those of `rows`, both in key order.
    func cargo(of rows: MemberRows, batch: RecordBatch) -> Cargo {
        let cargo = Cargo(batch: batch, time: mover.now)
        var next = 0
        for row in 0..<batch.count {
            while next < rows.count, MemberRows.compare(rows.key(next), cargo.keys[row]) < 0 { next += 1 }
            guard next < rows.count else { break }
            cargo.entry[row] = rows.entry[next]
            cargo.attempt[row] = rows.attempt[next]
            cargo.firstAttemptAt[row] = rows.firstAttemptAt[next]
            cargo.arrivedAt[row] = rows.arrivedAt[next]
            cargo.enteredAt[row] = rows.enteredAt[next]
            cargo.generation[row] = rows.generation[next]
            cargo.tile[row] = tileIndices[rows.tile[next]].map(Int32.init) ?? Cargo.nowhere
            cargo.origin[row] = rows.tile[next]
            cargo.originStatus[row] = rows.status(next)
            cargo.originState[row] = rows.state(next)
            // Who has come to its tile in this run has left another one in it, and is counted already.
            cargo.moved[row] = rows.arrivedAt[next] >= runAt
        }
        return cargo
    }

    /// Retries never wait for the schedule: the run waits for those that are due soon, unless the journey's next run waits, or
    /// another journey's needs the thread. Then they come back in that run, or in one of the timer.
    func holdForRetries() throws {
        let movesWhenDue = compiled.rules.movesWhenDue
        var hasMoved = false
        while control.stop == nil, let retry = try members.nextRetry(journeyNumber) {
            if retry > clock.now() + settings.retryHold { return }
            let wait = movesWhenDue ? try members.nextWake(journeyNumber) : nil
            let due = min(retry, max(wait ?? retry, nextLook))
            // What is due is done once before anybody else's turn: else the two would be looked at in turns, without end.
            let isDue = due <= clock.now()
            if hasMoved || !isDue, control.shouldYield() { return }
            if !isDue {
                let isCalled: Bool? = clock.wait(on: control.state, deadline: due) {
                    $0.stop == nil && $0.errands.isEmpty && !$0.isCrowded ? nil : true
                }
                if control.stop != nil { return }
                if isCalled != nil {
                    try serve()
                    continue
                }
            }
            mover.now = clock.now()
            nextLook = mover.now + Self.lookPause
            try moveDue(states: movesWhenDue ? Self.resting : MemberStates(.retry), upTo: mover.now)
            try settle(limit: 0, meanwhile: moveWhoIsDue)
            try commit(durable: true)
            hasMoved = true
        }
    }
}

extension MemberRows {
    /// The keys alone, as a batch of the model without attributes.
    func keyBatch() -> RecordBatch {
        let builder = BatchBuilder(
            columns: [Column(name: "$member", type: .string, nullable: false)], capacity: max(1, count))
        for row in 0..<count { builder.append(utf8: key(row), to: 0) }
        return builder.finish()
    }
}
