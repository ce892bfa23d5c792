import CTessera
import CTesseraTest
import Glibc

/// A call that a tile under test gets: keeps what it reports. For one run; must outlive the tile's work on it, so that an
/// ASYNC tile's needs `waitForDone` first. Any thread.
public final class CallRecorder: @unchecked Sendable {
    /// For the functions of `tessera_test.h`.
    public let test: UnsafeMutablePointer<tessera_test_call>
    private let ids: TextList

    /// - Parameters:
    ///   - now: the time of the call.
    ///   - runAt: the start of the run; `now` when not given.
    ///   - deadline: after it, by the clock of `host`, reports are ignored; without a host they are not.
    public init(
        now: Int64, runAt: Int64? = nil, deadline: Int64 = .max, dryRun: Bool = false,
        workspace: String = "0a000000-0000-4000-8000-000000000000",
        journey: String = "0a000000-0000-4000-8000-000000000001", tile: String = "tile-1", host: FakeHost? = nil
    ) {
        test = tessera_test_call_new(host?.pointer, dryRun ? TESSERA_CALL_DRY_RUN : 0)
        ids = TextList([journey, tile, workspace])
        test.pointee.call.now_us = now
        test.pointee.call.run_at_us = runAt ?? now
        test.pointee.call.deadline_us = deadline
        test.pointee.call.journey_id = ids[0]
        test.pointee.call.tile_id = ids[1]
        test.pointee.call.workspace_id = ids[2]
    }

    deinit { tessera_test_call_free(test) }

    /// What the tile gets.
    public var pointer: UnsafePointer<tessera_call> {
        UnsafeRawPointer(test).assumingMemoryBound(to: tessera_call.self)
    }

    /// The first valid outcome of each row; nil for a row that was never reported.
    public func outcomes(rows: Int) -> [TestOutcome.Kind?] {
        locked { test in
            var kinds = [TestOutcome.Kind?](repeating: nil, count: rows)
            for index in 0..<test.outcomes.count {
                guard let told = test.outcomes.list[index] else { continue }
                let outcome = TestOutcome(told.pointee.outcome)
                if outcome.row < rows, kinds[outcome.row] == nil { kinds[outcome.row] = outcome.kind }
            }
            return kinds
        }
    }

    /// Why a row failed or is tried again; nil when it said nothing of that.
    public func error(row: Int) -> TestOutcome.Failure? {
        tessera_test_outcome(test, row).flatMap { TestOutcome($0.pointee).error }
    }

    /// What a dry run would have sent, as `row: json`, in the order in which it was told.
    public var records: [String] {
        locked { test in
            UnsafeBufferPointer(start: test.records, count: test.record_count)
                .map { "\($0.row): \(String(borrowed: $0.json))" }
        }
    }

    /// How many calls of `report` there were.
    public var reports: Int { locked { $0.reports } }
    public var doneCount: Int { locked { $0.done_count } }
    /// What a gateway would have ignored and counted against the plugin: rows, branches, kinds and times out of range, and
    /// reports after the end.
    public var mistakes: Int { tessera_test_mistakes(test) }

    /// The run is paused or cancelled.
    public func cancel() { tessera_test_cancel(test) }

    /// Blocks until an ASYNC tile has called `done`; false when that has not happened within so many real seconds.
    @discardableResult
    public func waitForDone(seconds: Int = 60) -> Bool { tessera_test_wait(test, Int32(seconds)) != 0 }

    private func locked<Result>(_ body: (tessera_test_call) -> Result) -> Result {
        pthread_mutex_lock(&test.pointee.lock)
        defer { pthread_mutex_unlock(&test.pointee.lock) }
        return body(test.pointee)
    }
}
