import CTessera
import Platform

/// One call of `run` and all that the plugin said in it, unfiltered.
///
/// Sendable without a check: the struct is written in `init` only, what is recorded stands behind a lock. Calls are never
/// freed: a plugin may use one later than it should.
final class CheckCall: @unchecked Sendable {
    /// An outcome as it was reported.
    struct Reported: Hashable {
        var row: UInt32
        var kind: UInt32
        var flags: UInt8
        var branch: UInt16
        var time: Int64
        var hasError: Bool
        /// The error's struct is as long as in ABI 1.0.
        var errorIsWhole = true
        var code = ""
    }
    struct State {
        var outcomes: [Reported] = []
        var records: [(row: UInt32, json: [UInt8])] = []
        var done = 0
        /// Reports, records and `done` after the call had ended.
        var late = 0
        var hasEnded = false
    }

    let state = Monitor(State())
    let isAsync: Bool
    let isDryRun: Bool
    let now: Int64
    let rows: Int
    private let lent = GuardedBundle(.call)
    let pointer: UnsafePointer<tessera_call>
    private let isCancelled: Bool

    /// - Parameter deadlineUs: from `now`.
    init(_ subject: TileSubject, rows: Int, now: Int64, deadlineUs: Int64, dryRun: Bool, cancelled: Bool = false) {
        isAsync = subject.info.isAsync
        isDryRun = dryRun
        isCancelled = cancelled
        self.now = now
        self.rows = rows
        var call = CheckCall.table
        call.flags = dryRun ? TESSERA_CALL_DRY_RUN : 0
        call.now_us = now
        call.run_at_us = now - 1_000_000
        call.deadline_us = now + deadlineUs
        call.workspace_id = lent.text("3a1f0000-0000-4000-8000-000000000001")
        call.journey_id = lent.text("3a1f0000-0000-4000-8000-000000000002")
        call.run_id = lent.text("3a1f0000-0000-4000-8000-000000000003")
        call.tile_id = lent.text("tile")
        let memory = lent.value(call)
        pointer = memory
        UnsafeMutablePointer(mutating: memory).pointee.context = Unmanaged.passRetained(self).toOpaque()
        lent.lend()
    }

    /// Runs the tile and, for an ASYNC type, waits for `done`. Gives what `run` returned, and whether the call ended.
    func run(_ subject: TileSubject, _ batch: GuardedBatch, patienceUs: Int64) -> (status: Int32, ended: Bool) {
        batch.lend()
        let status = subject.run(batch.schema, batch.array, pointer)
        batch.takeBack()
        guard isAsync, status == 0 else {
            end()
            return (status, true)
        }
        return (status, waitForEnd(microseconds: patienceUs))
    }

    /// Whether `done` was called within the time.
    func waitForEnd(microseconds: Int64) -> Bool {
        state.wait(microseconds: microseconds) { $0.done > 0 ? true : nil } ?? false
    }

    /// What a plugin that is not ASYNC was lent is gone when it has returned.
    private func end() {
        state.withLock { $0.hasEnded = true }
        if !isAsync { lent.takeBack() }
    }

    private func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
        let copies = outcomes.map { outcome in
            var copy = Reported(
                row: outcome.row, kind: UInt32(outcome.kind), flags: outcome.flags, branch: outcome.branch,
                time: outcome.time_us, hasError: outcome.error != nil)
            if let error = outcome.error {
                copy.errorIsWhole = error.pointee.size >= UInt32(MemoryLayout<tessera_error>.size)
                if copy.errorIsWhole { copy.code = OutcomeError(error).code }
            }
            return copy
        }
        state.withLock { state in
            if state.hasEnded || state.done > 0 {
                state.late += copies.count
            } else {
                state.outcomes += copies
            }
        }
    }

    private func record(_ row: UInt32, _ json: tessera_str) {
        let bytes = Array(UnsafeRawBufferPointer(start: json.data, count: min(json.length, 1 << 20)))
        state.withLock { state in
            if state.hasEnded || state.done > 0 { state.late += 1 } else { state.records.append((row, bytes)) }
        }
    }

    private func done() { state.update { $0.done += 1 } }

    private static var table: tessera_call {
        tessera_call(
            size: UInt32(MemoryLayout<tessera_call>.size), flags: 0, context: nil, now_us: 0, run_at_us: 0,
            deadline_us: 0, workspace_id: tessera_str(), journey_id: tessera_str(), run_id: tessera_str(),
            tile_id: tessera_str(),
            report: { call, outcomes, count in
                guard let outcomes, count > 0 else { return }
                CheckCall.behind(call)?.report(UnsafeBufferPointer(start: outcomes, count: count))
            },
            done: { call in CheckCall.behind(call)?.done() },
            record: { call, row, json in CheckCall.behind(call)?.record(row, json) },
            cancelled: { call in CheckCall.behind(call)?.isCancelled == false ? 0 : 1 })
    }

    private static func behind(_ call: UnsafePointer<tessera_call>?) -> CheckCall? {
        call?.pointee.context.map { Unmanaged<CheckCall>.fromOpaque($0).takeUnretainedValue() }
    }
}
