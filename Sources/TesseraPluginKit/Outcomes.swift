import CTessera

/// What became of rows, collected and reported in one call when it goes out of scope (or is full, or `report` is called).
/// A row never told is unknown: it will be tried again. One thread at a time.
public struct Outcomes: ~Copyable {
    @usableFromInline let base: UnsafeMutablePointer<tessera_outcome>
    @usableFromInline let capacity: Int
    @usableFromInline var count = 0
    private let sink: (UnsafePointer<tessera_outcome>, Int) -> Void

    /// - Parameters:
    ///   - capacity: outcomes between two reports; at most 8,192 are kept.
    ///   - sink: takes outcomes, whose memory is valid during the call.
    public init(capacity: Int, sink: @escaping (UnsafePointer<tessera_outcome>, Int) -> Void) {
        self.capacity = max(1, min(capacity, 8192))
        self.sink = sink
        base = .allocate(capacity: self.capacity)
    }

    deinit {
        if count > 0 { sink(base, count) }
        base.deallocate()
    }

    /// The row leaves by a branch, an index into the tile's `branches`; for a connector's `classify`: delivered.
    @inlinable
    @inline(__always)
    public mutating func advance(_ row: Int, branch: Int = 0) {
        append(row, TESSERA_ADVANCE, branch: UInt16(truncatingIfNeeded: branch))
    }

    /// The row stays and the tile is called again at `time` (microseconds), which must lie after the call's `now`.
    @inlinable
    @inline(__always)
    public mutating func wait(_ row: Int, until time: Int64) { append(row, TESSERA_WAIT, time: time) }

    /// The member has finished the journey.
    @inlinable
    @inline(__always)
    public mutating func complete(_ row: Int) { append(row, TESSERA_COMPLETE) }

    /// This attempt failed; the row is tried again.
    /// - Parameters:
    ///   - time: when, in microseconds; 0 for the gateway's own backoff.
    ///   - notAttempted: held back by a limit, so that it counts as no attempt.
    public mutating func retry(_ row: Int, at time: Int64 = 0, notAttempted: Bool = false, _ error: RowError) {
        retry(CollectionOfOne(row), at: time, notAttempted: notAttempted, error)
    }

    /// The same for several rows of one cause.
    public mutating func retry(
        _ rows: some Sequence<Int>, at time: Int64 = 0, notAttempted: Bool = false, _ error: RowError
    ) {
        let flags = notAttempted ? UInt8(truncatingIfNeeded: TESSERA_OUTCOME_NOT_ATTEMPTED) : 0
        append(rows, TESSERA_RETRY, flags: flags, time: time, error)
    }

    /// For a connector's `classify`: the destination refused the request as a whole, perhaps for one of its rows. They are
    /// built anew in two halves until the row at fault is alone; that one fails with the error.
    public mutating func split(_ rows: some Sequence<Int>, _ error: RowError) {
        append(rows, TESSERA_RETRY, flags: UInt8(truncatingIfNeeded: TESSERA_OUTCOME_SPLIT), time: 0, error)
    }

    /// The row failed for good: it takes the `failed` branch, or is parked with the error.
    public mutating func fail(_ row: Int, _ error: RowError) { fail(CollectionOfOne(row), error) }

    /// The same for several rows of one cause.
    public mutating func fail(_ rows: some Sequence<Int>, _ error: RowError) {
        append(rows, TESSERA_FAIL, flags: 0, time: 0, error)
    }

    /// Reports what was collected: needed before an async type calls `done`.
    @usableFromInline
    mutating func flush() {
        if count > 0 { sink(base, count) }
        count = 0
    }

    /// Reports what was collected so far; more may follow.
    public mutating func report() { flush() }

    @inlinable
    @inline(__always)
    mutating func append(_ row: Int, _ kind: UInt32, branch: UInt16 = 0, time: Int64 = 0) {
        if count == capacity { flush() }
        (base + count).initialize(
            to: tessera_outcome(
                row: UInt32(truncatingIfNeeded: row), kind: UInt8(truncatingIfNeeded: kind), flags: 0, branch: branch,
                time_us: time, error: nil))
        count &+= 1
    }

    /// Errors are lent, so what carries one is reported before its texts go.
    private mutating func append(
        _ rows: some Sequence<Int>, _ kind: UInt32, flags: UInt8, time: Int64, _ error: RowError
    ) {
        flush()
        error.withC { error in
            for row in rows {
                append(row, kind, time: time)
                base[count - 1].flags = flags
                base[count - 1].error = error
            }
            flush()
        }
    }
}
