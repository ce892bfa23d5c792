import CTessera
import PluginHost
import Store

/// Outcomes become places and times.
extension Mover {
    func apply(_ taken: OutcomeBuffer.Taken, to flight: Flight) {
        let parcel = flight.parcel
        let rows = parcel.rows
        let cargo = parcel.cargo
        let station = flight.station
        for (row, json) in taken.records {
            call.rehearsal?.witness.recorded(cargo, rows[Int(row)], at: station, json: json)
        }
        var waiting = 0
        var leaving = [[Int32]](repeating: [], count: max(1, station.node.branches.count))
        for outcome in taken.outcomes {
            let index = Int(outcome.row)
            flight.reported[index] = true
            let row = rows[index]
            switch UInt32(outcome.kind) {
            case TESSERA_ADVANCE:
                leaving[Int(outcome.branch)].append(row)
            case TESSERA_WAIT:
                cargo.attempt[Int(row)] -= 1
                stop(cargo, row, .waiting, wake: outcome.time)
                waiting += 1
            case TESSERA_COMPLETE:
                finish(cargo, row, .exitTile)
            case TESSERA_RETRY:
                let heldBack = UInt32(outcome.flags) & TESSERA_OUTCOME_NOT_ATTEMPTED != 0
                retry(
                    cargo, row, at: station, time: outcome.time, heldBack: heldBack,
                    error: taken.errors[outcome.row] ?? .unexplained, leaving: &leaving)
            default:
                fail(cargo, row, at: station, error: taken.errors[outcome.row] ?? .unexplained, leaving: &leaving)
            }
        }
        tally.tiles[station.index].waiting += waiting
        tally.waiting += waiting
        if taken.isDone {
            for index in rows.indices where !flight.reported[index] {
                retry(
                    cargo, rows[index], at: station, time: 0, heldBack: false, error: .unknown(taken.end),
                    leaving: &leaving)
            }
        }
        for (branch, rows) in leaving.enumerated() { depart(cargo, rows, from: station, branch: branch) }
        note(cargo)
    }

    /// A person has let members pass a tile that they could not pass themselves: they leave by its first branch.
    func skip(_ cargo: Cargo, _ rows: [Int32], from tile: Int) {
        if rows.isEmpty { return }
        let station = stations[tile]
        for row in rows { cargo.attempt[Int(row)] = 0 }
        if station.node.branches.isEmpty {
            trace(cargo, rows, from: station, branch: nil)
            for row in rows { finish(cargo, row, .none) }
        } else {
            tally.tiles[tile].left += rows.count
            tally.tiles[tile].branches[0] += rows.count
            call.rehearsal?.witness.left(cargo, rows, from: station, branch: 0, isDelivery: false, now: now)
            leave(cargo, rows, from: station, branch: 0)
        }
        note(cargo)
    }

    /// Members whose tile an edit has taken away arrive where it led to, as if they had left it.
    func skipForward(_ cargo: Cargo, _ rows: [Int32], to tile: Int) {
        if rows.isEmpty { return }
        traceRemoved(cargo, rows)
        countMoved(cargo, rows)
        arrive(cargo, rows: rows, at: tile)
    }

    private func depart(_ cargo: Cargo, _ rows: [Int32], from station: Station, branch: Int) {
        if rows.isEmpty { return }
        tally.tiles[station.index].left += rows.count
        tally.tiles[station.index].branches[branch] += rows.count
        // `failed` is the last branch of a tile with side effects.
        let isDelivery = station.node.sideEffects && branch != station.node.branches.count - 1
        if isDelivery { tally.delivered += rows.count }
        call.rehearsal?.witness.left(cargo, rows, from: station, branch: branch, isDelivery: isDelivery, now: now)
        leave(cargo, rows, from: station, branch: branch)
    }

    private func leave(_ cargo: Cargo, _ rows: [Int32], from station: Station, branch: Int) {
        trace(cargo, rows, from: station, branch: branch)
        countMoved(cargo, rows)
        if !cargo.errors.isEmpty { for row in rows { cargo.errors[row] = nil } }
        if let next = station.node.next[branch] {
            arrive(cargo, rows: rows, at: next)
        } else {
            for row in rows { finish(cargo, row, .none) }
        }
    }

    private func countMoved(_ cargo: Cargo, _ rows: [Int32]) {
        for row in rows where !cargo.moved[Int(row)] {
            cargo.moved[Int(row)] = true
            tally.moved += 1
        }
    }

    /// The member stays at its tile until `wake`, or until a person acts when that is `noTime`.
    private func stop(_ cargo: Cargo, _ row: Int32, _ state: MemberState, wake: Int64) {
        cargo.state[Int(row)] = state
        cargo.wake[Int(row)] = wake
        cargo.markDirty(Int(row))
        call.rehearsal?.witness.stopped(cargo, row, now: now)
    }

    /// The member has reached the end of the journey.
    private func finish(_ cargo: Cargo, _ row: Int32, _ reason: ExitReason) {
        tally.completed += 1
        end(cargo, row, .completed, reason)
    }

    /// The member leaves the journey before its end.
    func exit(_ cargo: Cargo, _ row: Int32, reason: ExitReason) {
        tally.exited += 1
        end(cargo, row, .exited, reason)
        note(cargo)
    }

    private func end(_ cargo: Cargo, _ row: Int32, _ status: MemberStatus, _ reason: ExitReason) {
        cargo.status[Int(row)] = status
        cargo.reason[Int(row)] = reason
        cargo.leftAt[Int(row)] = now
        cargo.errors[row] = nil
        stop(cargo, row, .none, wake: MemberRows.noTime)
    }

    private func retry(
        _ cargo: Cargo, _ row: Int32, at station: Station, time: Int64, heldBack: Bool, error: MemberError,
        leaving: inout [[Int32]]
    ) {
        let index = Int(row)
        if heldBack {
            cargo.attempt[index] -= 1
            cargo.errors[row] = nil
            let due = time > 0 ? time : now + station.rules.policy.pause(after: 1, seed: seed(cargo, index))
            stop(cargo, row, .retry, wake: max(due, now + 1000))
            return
        }
        let pause = station.rules.policy.pause(after: cargo.attempt[index], seed: seed(cargo, index))
        let due = time > 0 ? max(time, now + 1000) : now + pause
        guard
            station.rules.policy.allows(
                attempt: cargo.attempt[index], firstAttemptAt: cargo.firstAttemptAt[index], at: due)
        else {
            fail(cargo, row, at: station, error: error, leaving: &leaving)
            return
        }
        cargo.errors[row] = completed(error, at: station)
        stop(cargo, row, .retry, wake: due)
    }

    private func fail(
        _ cargo: Cargo, _ row: Int32, at station: Station, error: MemberError, leaving: inout [[Int32]]
    ) {
        tally.failed += 1
        tally.tiles[station.index].failed += 1
        if let branch = station.failedBranch {
            // Forgotten as the member leaves; only who looks on sees it.
            if call.rehearsal != nil { cargo.errors[row] = completed(error, at: station) }
            leaving[branch].append(row)
            return
        }
        cargo.errors[row] = completed(error, at: station)
        stop(cargo, row, .parked, wake: MemberRows.noTime)
    }

    private func completed(_ error: MemberError, at station: Station) -> MemberError {
        var error = error
        error.destinationID = station.rules.destinationID
        error.failedAt = now
        return error
    }

    /// FNV-1a over the member's key: only spreads retries, so it need not match anything else.
    private func seed(_ cargo: Cargo, _ row: Int) -> UInt64 {
        cargo.keys[row].reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } >> 20
    }
}

extension MemberError {
    /// The call ended without a word about the row.
    static func unknown(_ end: CallEnd) -> MemberError {
        switch end {
        case .finished:
            MemberError(code: "UNKNOWN", message: "The tile ended its call without reporting this member.")
        case .failed(let status):
            MemberError(code: "UNKNOWN", message: "The tile's call failed with \(status).")
        case .timedOut:
            MemberError(code: "UNKNOWN", message: "The tile did not report this member before its deadline.")
        }
    }
    static let unexplained = MemberError(code: "MISC_ERROR", message: "The tile gave no reason.")
}
