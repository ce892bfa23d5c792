import CTessera

/// What an outcome of one call must keep to.
struct OutcomeRules: Sendable {
    /// Rows in the batch.
    let rows: Int
    /// Branches that ADVANCE may name: all but `failed`, which the host adds behind them.
    let branches: Int
    /// A WAIT ends after it.
    let now: Int64

    enum Verdict {
        case accepted
        /// The row was decided before: the first report wins.
        case repeated
        /// Out of range, or of a kind that this host does not know.
        case invalid
    }

    @inline(__always)
    func judge(_ outcome: UnsafePointer<tessera_outcome>, _ reported: ReportedRows) -> Verdict {
        let row = Int(outcome.pointee.row)
        guard row < rows else { return .invalid }
        switch UInt32(outcome.pointee.kind) {
        case TESSERA_ADVANCE: guard Int(outcome.pointee.branch) < branches else { return .invalid }
        case TESSERA_WAIT: guard outcome.pointee.time_us > now else { return .invalid }
        case TESSERA_RETRY: guard outcome.pointee.time_us >= 0 else { return .invalid }
        case TESSERA_FAIL, TESSERA_COMPLETE: break
        default: return .invalid
        }
        return reported.insert(row) ? .accepted : .repeated
    }
}

/// A bit for each row of a call that was decided. Memory is kept from call to call; freed by hand with its slot.
struct ReportedRows {
    private var words: UnsafeMutablePointer<UInt64>?
    private var capacity = 0

    /// Room for `rows`, none of them decided.
    mutating func clear(rows: Int) {
        let needed = (rows + 63) >> 6
        if needed > capacity {
            words?.deallocate()
            words = .allocate(capacity: needed)
            capacity = needed
        }
        words?.update(repeating: 0, count: needed)
    }

    /// Marks a row, which must be below the `rows` of `clear`; false when it was marked before.
    @inline(__always)
    func insert(_ row: Int) -> Bool {
        guard let words else { return false }
        let bit = UInt64(1) << UInt64(truncatingIfNeeded: row & 63)
        let word = words[row >> 6]
        words[row >> 6] = word | bit
        return word & bit == 0
    }

    mutating func deallocate() {
        words?.deallocate()
        words = nil
        capacity = 0
    }
}
