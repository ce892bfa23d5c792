import CTessera
import Glibc
import Platform

/// A call that a tile under test gets: keeps what it reports. Lives until `done` for async types. Any thread.
final class CallRecorder: @unchecked Sendable {
    private struct State {
        var outcomes: [Int: TestOutcome.Kind] = [:]
        var errors: [Int: TestOutcome.Failure] = [:]
        var reports = 0
        var done = 0
        var records: [String] = []
        var isCancelled = false
    }

    let pointer: UnsafeMutablePointer<tessera_call>
    private let state = Monitor(State())
    private let ids: [UnsafeMutablePointer<CChar>?]

    init(
        now: Int64, runAt: Int64? = nil, deadline: Int64 = .max, dryRun: Bool = false,
        journey: String = "0a000000-0000-4000-8000-000000000001", tile: String = "tile-1"
    ) {
        let names = ["0a000000-0000-4000-8000-00000000000a", journey, "0a000000-0000-4000-8000-00000000000b", tile]
        let ids: [UnsafeMutablePointer<CChar>?] = names.map { strdup($0) }
        let texts = ids.map { tessera_str(data: $0, length: $0.map { strlen($0) } ?? 0) }
        self.ids = ids
        pointer = .allocate(capacity: 1)
        pointer.initialize(
            to: tessera_call(
                size: UInt32(MemoryLayout<tessera_call>.size), flags: dryRun ? TESSERA_CALL_DRY_RUN : 0, context: nil,
                now_us: now, run_at_us: runAt ?? now, deadline_us: deadline, workspace_id: texts[0],
                journey_id: texts[1], run_id: texts[2], tile_id: texts[3],
                report: { call, outcomes, count in CallRecorder.of(call)?.take(outcomes, count) },
                done: { call in CallRecorder.of(call)?.state.update { $0.done += 1 } },
                record: { call, row, json in
                    CallRecorder.of(call)?.state.update { $0.records.append("\(row): \(text(json))") }
                },
                cancelled: { call in CallRecorder.of(call)?.state.withLock { $0.isCancelled } == true ? 1 : 0 }))
        pointer.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        ids.forEach { free($0) }
        pointer.deallocate()
    }

    /// The first outcome of each row; nil for a row that was never reported.
    func outcomes(rows: Int) -> [TestOutcome.Kind?] {
        state.withLock { state in (0..<rows).map { state.outcomes[$0] } }
    }
    func error(row: Int) -> TestOutcome.Failure? { state.withLock { $0.errors[row] } }
    var records: [String] { state.withLock { $0.records } }
    /// How many calls of `report` there were.
    var reports: Int { state.withLock { $0.reports } }
    var doneCount: Int { state.withLock { $0.done } }

    func cancel() { state.update { $0.isCancelled = true } }

    /// Blocks until an async tile has called `done`.
    func waitForDone() { state.wait { $0.done > 0 ? () : nil } }

    private func take(_ outcomes: UnsafePointer<tessera_outcome>?, _ count: Int) {
        state.update { state in
            state.reports += 1
            for raw in UnsafeBufferPointer(start: outcomes, count: count) {
                let outcome = TestOutcome(raw)
                if state.outcomes[outcome.row] != nil { continue }
                state.outcomes[outcome.row] = outcome.kind
                state.errors[outcome.row] = outcome.error
            }
        }
    }

    private static func of(_ call: UnsafePointer<tessera_call>?) -> CallRecorder? {
        call?.pointee.context.map { Unmanaged<CallRecorder>.fromOpaque($0).takeUnretainedValue() }
    }
}
