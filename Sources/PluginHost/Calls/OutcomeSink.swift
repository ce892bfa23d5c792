import CTessera

/// How a call ended.
public enum CallEnd: Sendable, Hashable {
    /// `run` returned 0 and, for an ASYNC type, `done` was called.
    case finished
    /// `run` returned this. Rows that were reported before still count, the others are unknown.
    case failed(Int32)
    /// The deadline passed first. Rows that were reported before still count, the others are unknown.
    case timedOut
}

/// Takes what a tile reports of one batch. One sink serves one call.
///
/// The calls of one sink never overlap, and none comes after `done`; they come from any thread: that of `run`, a thread of
/// the plugin, or the host's watchdog. None may wait for long or call into a plugin.
public protocol OutcomeSink: AnyObject, Sendable {
    /// Rows that were decided. Already checked: rows lie in the batch and come once over all calls of `report`; an
    /// `advance` names a branch that may be reported (never `failed`), a `wait` a time after the call's `nowUs`; kinds are
    /// known. Lent for the call: copy; errors with `OutcomeError(_:)`.
    func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>)
    /// The call has ended; exactly once, for sync and async types alike. May come before `run` returns.
    func done(_ end: CallEnd)
    /// Dry run: what would have been sent for a row, JSON text as the plugin made it, unchecked. Lent for the call.
    func record(row: Int, json: UnsafeBufferPointer<UInt8>)
}

extension OutcomeSink {
    public func record(row: Int, json: UnsafeBufferPointer<UInt8>) {}
}
