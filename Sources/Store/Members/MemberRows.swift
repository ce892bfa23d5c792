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

    /// None of the rows is in the table yet: they are inserted plainly, which is faster, and one that is there already
    /// makes the commit throw. Best in key order.
    public var isNew: Bool
    /// Errors of rows in `retry` or `parked`. A row without one here loses the error that it had, unless it is in `retry` or
    /// `arrived` after an attempt.
    public internal(set) var errors: [(row: Int, error: MemberError)] = []

    /// Whether the members' paths are kept: without, a row that is written has none from then on.
    public var keepsPaths = true
    /// Some of the rows have entered again: what the table has of their entry before becomes a past one.
    public var reenters = false

    /// Behind a constant pointer, not stored properties: those would be checked for exclusive access at each row.
    @usableFromInline let columns: UnsafeMutablePointer<MemberColumns>

    public init(capacity: Int = 0, keyBytes: Int = 0, isNew: Bool = false) {
        self.isNew = isNew
        columns = .allocate(capacity: 1)
        columns.initialize(to: MemberColumns())
        reserve(rows: max(capacity, 16), keyBytes: max(keyBytes, 256))
    }

    deinit {
        columns.pointee.deallocate()
        columns.deallocate()
    }

    @inlinable public var count: Int { columns.pointee.count }
    public var isEmpty: Bool { count == 0 }

    /// Makes room for that many rows and bytes of keys in all.
    public func reserve(rows: Int, keyBytes: Int) {
        if rows > columns.pointee.capacity { columns.pointee.resize(rows) }
        if keyBytes > columns.pointee.keyCapacity { columns.pointee.resizeKeys(keyBytes) }
    }

    /// Forgets the rows and keeps the memory. `isNew` stays.
    public func removeAll() {
        columns.pointee.count = 0
        errors.removeAll(keepingCapacity: true)
    }

    /// Makes room for one more row whose key ends at `keyEnd`.
    @usableFromInline
    func grow(keyEnd: Int) {
        precondition(keyEnd <= Int(Int32.max), "more than 2 GiB of keys in one MemberRows: cut batches smaller")
        let (count, capacity, keyCapacity) = (count, columns.pointee.capacity, columns.pointee.keyCapacity)
        reserve(
            rows: count == capacity ? capacity * 2 : capacity,
            keyBytes: keyEnd > keyCapacity ? max(keyEnd, min(keyCapacity * 2, Int(Int32.max))) : keyCapacity)
    }

    /// Makes room for steps that end at `pathEnd`.
    @usableFromInline
    func grow(pathEnd: Int) {
        precondition(pathEnd <= Int(Int32.max), "more than 2 GiB of steps in one MemberRows: cut batches smaller")
        columns.pointee.resizePaths(max(pathEnd, min(columns.pointee.pathCapacity * 2, Int(Int32.max)), 256))
    }

    /// Appends a row. Times are µs UTC, `noTime` for none; `key` is copied.
    /// - Parameters:
    ///   - entry: which entry of this member into this journey it is, from 1.
    ///   - tile: the tile's number (`MemberStore.tileNumbers`).
    ///   - wake: when the member is to be looked at next; `noTime` unless it is.
    ///   - generation: the plugin generation of the last move.
    ///   - steps: what is added to the path of this entry (`EncodedStep`), copied. Reads leave it empty.
    @inlinable
    public func append(
        key: UnsafeRawBufferPointer, entry: Int32, status: MemberStatus, tile: Int32, state: MemberState,
        arrivedAt: Int64, wake: Int64 = MemberRows.noTime, attempt: Int32 = 0,
        firstAttemptAt: Int64 = MemberRows.noTime, generation: Int32 = 0, enteredAt: Int64,
        leftAt: Int64 = MemberRows.noTime, reason: ExitReason = .none,
        steps: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
    ) {
        let row = columns.pointee.count
        let start = Int(columns.pointee.keyOffsets[row])
        let end = start &+ key.count
        if row == columns.pointee.capacity || end > columns.pointee.keyCapacity { grow(keyEnd: end) }
        if let base = key.baseAddress { memcpy(columns.pointee.keyBytes + start, base, key.count) }
        columns.pointee.keyOffsets[row &+ 1] = Int32(truncatingIfNeeded: end)
        columns.pointee.entry[row] = entry
        columns.pointee.status[row] = status.rawValue
        columns.pointee.tile[row] = tile
        columns.pointee.state[row] = state.rawValue
        columns.pointee.arrivedAt[row] = arrivedAt
        columns.pointee.wake[row] = wake
        columns.pointee.attempt[row] = attempt
        columns.pointee.firstAttemptAt[row] = firstAttemptAt
        columns.pointee.generation[row] = generation
        columns.pointee.enteredAt[row] = enteredAt
        columns.pointee.leftAt[row] = leftAt
        columns.pointee.reason[row] = reason.rawValue
        let pathStart = Int(columns.pointee.pathOffsets[row])
        let pathEnd = pathStart &+ steps.count
        if let base = steps.baseAddress {
            if pathEnd > columns.pointee.pathCapacity { grow(pathEnd: pathEnd) }
            memcpy(columns.pointee.pathBytes + pathStart, base, steps.count)
        }
        columns.pointee.pathOffsets[row &+ 1] = Int32(truncatingIfNeeded: pathEnd)
        columns.pointee.count = row &+ 1
    }

    /// Appends a copy of a row of another `MemberRows`, without its error.
    public func append(_ row: Int, of other: MemberRows) {
        precondition(row >= 0 && row < other.count)
        append(
            key: other.key(row), entry: other.columns.pointee.entry[row], status: other.status(row),
            tile: other.columns.pointee.tile[row], state: other.state(row),
            arrivedAt: other.columns.pointee.arrivedAt[row],
            wake: other.columns.pointee.wake[row], attempt: other.columns.pointee.attempt[row],
            firstAttemptAt: other.columns.pointee.firstAttemptAt[row],
            generation: other.columns.pointee.generation[row],
            enteredAt: other.columns.pointee.enteredAt[row], leftAt: other.columns.pointee.leftAt[row],
            reason: other.reason(row), steps: other.steps(row))
    }

    /// Gives the last row an error, or `row`.
    public func setError(_ error: MemberError, row: Int? = nil) {
        let row = row ?? count - 1
        precondition(row >= 0 && row < count)
        errors.append((row, error))
    }
}
