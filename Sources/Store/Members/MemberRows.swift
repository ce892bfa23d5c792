import Columns
import Glibc

/// Members as columns: what a commit writes and what reads give.
///
/// Keys lie in one byte buffer, everything else in plain arrays, so that a batch of thousands costs no allocation a row and
/// SQLite reads it in place. One thread at a time; handing it to another thread is fine. Pointers and buffers that it gives
/// out are valid until the next `append`, `reserve` or `removeAll`, and while it lives.
public final class MemberRows: @unchecked Sendable {
    /// No time: the column is NULL in the table.
    public static let noTime = Int64.min

    @usableFromInline var rowCount = 0
    @inlinable public var count: Int { rowCount }
    /// None of the rows is in the table yet: they are inserted plainly, which is faster, and one that is there already
    /// makes the commit throw. Best in key order.
    public var isNew: Bool
    /// Errors of rows in `retry` or `parked`. A row without one here loses the error that it had.
    public internal(set) var errors: [(row: Int, error: MemberError)] = []

    @usableFromInline var columns = MemberColumns()
    @usableFromInline var capacity = 0
    @usableFromInline var keyCapacity = 0

    public init(capacity: Int = 0, keyBytes: Int = 0, isNew: Bool = false) {
        self.isNew = isNew
        reserve(rows: max(capacity, 16), keyBytes: max(keyBytes, 256))
    }

    deinit { columns.deallocate() }

    public var isEmpty: Bool { count == 0 }

    /// Makes room for that many rows and bytes of keys in all.
    public func reserve(rows: Int, keyBytes: Int) {
        if rows > capacity {
            columns.resize(rows, used: count)
            capacity = rows
        }
        if keyBytes > keyCapacity {
            columns.resizeKeys(keyBytes, used: Int(columns.keyOffsets[count]))
            keyCapacity = keyBytes
        }
    }

    /// Forgets the rows and keeps the memory. `isNew` stays.
    public func removeAll() {
        rowCount = 0
        errors.removeAll(keepingCapacity: true)
    }

    @usableFromInline
    func grow(keyBytes needed: Int) {
        precondition(needed <= Int(Int32.max), "more than 2 GiB of keys in one MemberRows: cut batches smaller")
        reserve(
            rows: count == capacity ? capacity * 2 : capacity,
            keyBytes: needed > keyCapacity ? max(needed, min(keyCapacity * 2, Int(Int32.max))) : keyCapacity)
    }

    /// Appends a row. Times are µs UTC, `noTime` for none; `key` is copied.
    /// - Parameters:
    ///   - entry: which entry of this member into this journey it is, from 1.
    ///   - tile: the tile's number (`MemberStore.tileNumbers`).
    ///   - wake: when the member is to be looked at next; `noTime` unless it is.
    ///   - generation: the plugin generation of the last move.
    @inlinable
    public func append(
        key: UnsafeRawBufferPointer, entry: Int32, status: MemberStatus, tile: Int32, state: MemberState,
        arrivedAt: Int64, wake: Int64 = MemberRows.noTime, attempt: Int32 = 0,
        firstAttemptAt: Int64 = MemberRows.noTime, generation: Int32 = 0, enteredAt: Int64,
        leftAt: Int64 = MemberRows.noTime, reason: ExitReason = .none
    ) {
        let row = count
        let start = Int(columns.keyOffsets[row])
        if row == capacity || start &+ key.count > keyCapacity { grow(keyBytes: start + key.count) }
        if let base = key.baseAddress { memcpy(columns.keyBytes + start, base, key.count) }
        columns.keyOffsets[row &+ 1] = Int32(truncatingIfNeeded: start &+ key.count)
        columns.entry[row] = entry
        columns.status[row] = status.rawValue
        columns.tile[row] = tile
        columns.state[row] = state.rawValue
        columns.arrivedAt[row] = arrivedAt
        columns.wake[row] = wake
        columns.attempt[row] = attempt
        columns.firstAttemptAt[row] = firstAttemptAt
        columns.generation[row] = generation
        columns.enteredAt[row] = enteredAt
        columns.leftAt[row] = leftAt
        columns.reason[row] = reason.rawValue
        rowCount = row &+ 1
    }

    /// Appends a copy of a row of another `MemberRows`, without its error.
    public func append(_ row: Int, of other: MemberRows) {
        precondition(row >= 0 && row < other.count)
        append(
            key: other.key(row), entry: other.columns.entry[row], status: other.status(row),
            tile: other.columns.tile[row], state: other.state(row), arrivedAt: other.columns.arrivedAt[row],
            wake: other.columns.wake[row], attempt: other.columns.attempt[row],
            firstAttemptAt: other.columns.firstAttemptAt[row], generation: other.columns.generation[row],
            enteredAt: other.columns.enteredAt[row], leftAt: other.columns.leftAt[row], reason: other.reason(row))
    }

    /// Gives the last row an error, or `row`.
    public func setError(_ error: MemberError, row: Int? = nil) {
        let row = row ?? count - 1
        precondition(row >= 0 && row < count)
        errors.append((row, error))
    }
}
