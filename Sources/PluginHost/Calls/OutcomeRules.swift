import CTessera

/// What an outcome of one call must keep to.
struct OutcomeRules: Sendable {
    /// Rows in the batch.
    let rows: Int
    /// Branches that ADVANCE may name: all but `failed`, which the host adds behind them.
    let branches: Int
    /// A WAIT ends after it.
    let now: Int64

    /// Hands the longest runs of good outcomes to `accept`. Rows that were decided before are left out: the first report
    /// wins. Returns how many were invalid: out of range, or of a kind that this host does not know.
    @inline(__always)
    func pass(
        _ outcomes: UnsafeBufferPointer<tessera_outcome>, _ reported: ReportedRows,
        accept: (UnsafeBufferPointer<tessera_outcome>) -> Void
    ) -> Int {
        guard let base = outcomes.baseAddress else { return 0 }
        var invalid = 0
        var start = 0
        var index = 0
        while index < outcomes.count {
            let isValid = isValid(base + index)
            if !isValid || !reported.insert(Int((base + index).pointee.row)) {
                if !isValid { invalid &+= 1 }
                if index > start { accept(UnsafeBufferPointer(start: base + start, count: index &- start)) }
                start = index &+ 1
            }
            index &+= 1
        }
        if start < index { accept(UnsafeBufferPointer(start: base + start, count: index &- start)) }
        return invalid
    }

    @inline(__always)
    private func isValid(_ outcome: UnsafePointer<tessera_outcome>) -> Bool {
        guard Int(outcome.pointee.row) < rows else { return false }
        // By far the most frequent one first, without a jump table.
        if UInt32(outcome.pointee.kind) == TESSERA_ADVANCE { return Int(outcome.pointee.branch) < branches }
        return switch UInt32(outcome.pointee.kind) {
        case TESSERA_WAIT: outcome.pointee.time_us > now
        case TESSERA_RETRY: outcome.pointee.time_us >= 0
        case TESSERA_FAIL, TESSERA_COMPLETE: true
        default: false
        }
    }
}

/// A byte for each row of a call, set once it was decided: bits would make each row wait for the store of the one before.
/// Memory is kept from call to call; freed by hand with its slot.
struct ReportedRows {
    private var marks: UnsafeMutablePointer<UInt8>?
    private var capacity = 0

    /// Room for `rows`, none of them decided.
    mutating func clear(rows: Int) {
        if rows > capacity {
            marks?.deallocate()
            marks = .allocate(capacity: rows)
            capacity = rows
        }
        marks?.update(repeating: 0, count: rows)
    }

    /// Marks a row, which must be below the `rows` of `clear`; false when it was marked before.
    @inline(__always)
    func insert(_ row: Int) -> Bool {
        guard let marks else { return false }
        let isNew = marks[row] == 0
        marks[row] = 1
        return isNew
    }

    mutating func deallocate() {
        marks?.deallocate()
        marks = nil
        capacity = 0
    }
}
