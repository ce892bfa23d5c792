import CTessera

/// One call of a tile. For an async type it stays valid, on any thread, until `done`; for others until `run` returns.
///
/// Sendable without a check because the ABI allows every use from any thread.
public struct TileCall: @unchecked Sendable {
    /// The call as the gateway lent it: what host services want.
    public let pointer: UnsafePointer<tessera_call>

    public init(_ pointer: UnsafePointer<tessera_call>) { self.pointer = pointer }

    /// The time of this call, microseconds since 1970 UTC: use this, never the system's clock.
    public var now: Int64 { pointer.pointee.now_us }
    /// The start of the run: relative dates count from it.
    public var runAt: Int64 { pointer.pointee.run_at_us }
    /// After it, rows not reported are unknown and will be tried again with the same `$key`.
    public var deadline: Int64 { pointer.pointee.deadline_us }
    public var workspaceID: String { String(pointer.pointee.workspace_id) }
    public var journeyID: String { String(pointer.pointee.journey_id) }
    public var runID: String { String(pointer.pointee.run_id) }
    public var tileID: String { String(pointer.pointee.tile_id) }

    /// Do everything but the effect, and hand what would be sent to `record`.
    public var isDryRun: Bool { pointer.pointee.flags & TESSERA_CALL_DRY_RUN != 0 }

    /// The run was paused or cancelled: stop early if you can. What was done still counts.
    public var isCancelled: Bool { pointer.pointee.cancelled.map { $0(pointer) != 0 } ?? false }

    /// A buffer for the outcomes of a batch, which are reported when it goes out of scope.
    public func outcomes(for batch: Batch) -> Outcomes { outcomes(capacity: batch.count) }

    /// The same with room for that many outcomes between two reports.
    public func outcomes(capacity: Int) -> Outcomes {
        let pointer = pointer
        let report = pointer.pointee.report
        return Outcomes(capacity: capacity) { report?(pointer, $0, $1) }
    }

    /// Dry run only: what would have been sent for a row, as JSON text.
    public func record(row: Int, json: String) {
        guard let record = pointer.pointee.record, let row = UInt32(exactly: row) else { return }
        json.withTesseraText { record(pointer, row, $0) }
    }

    /// Async types only, exactly once for each `run` that did not throw: no more reports.
    public func done() { pointer.pointee.done?(pointer) }
}
