import Glibc

/// The arrays of a `MemberRows`. Memory is the owner's affair.
@usableFromInline
struct MemberColumns {
    @usableFromInline var count = 0
    /// Rows and bytes of keys that the arrays have room for.
    @usableFromInline var capacity = 0
    @usableFromInline var keyCapacity = 0
    @usableFromInline var keyBytes: UnsafeMutableRawPointer
    /// One more than there are rows.
    @usableFromInline var keyOffsets: UnsafeMutablePointer<Int32>
    @usableFromInline var status: UnsafeMutablePointer<UInt8>
    @usableFromInline var entry: UnsafeMutablePointer<Int32>
    @usableFromInline var leftAt: UnsafeMutablePointer<Int64>
    @usableFromInline var tile: UnsafeMutablePointer<Int32>
    @usableFromInline var state: UnsafeMutablePointer<UInt8>
    @usableFromInline var wake: UnsafeMutablePointer<Int64>
    @usableFromInline var arrivedAt: UnsafeMutablePointer<Int64>
    @usableFromInline var attempt: UnsafeMutablePointer<Int32>
    @usableFromInline var firstAttemptAt: UnsafeMutablePointer<Int64>
    @usableFromInline var generation: UnsafeMutablePointer<Int32>
    @usableFromInline var enteredAt: UnsafeMutablePointer<Int64>
    @usableFromInline var reason: UnsafeMutablePointer<UInt8>
    /// Bytes of steps that the arrays have room for.
    @usableFromInline var pathCapacity = 0
    @usableFromInline var pathBytes: UnsafeMutableRawPointer
    /// One more than there are rows.
    @usableFromInline var pathOffsets: UnsafeMutablePointer<Int32>

    init() {
        keyBytes = .allocate(byteCount: 1, alignment: 16)
        keyOffsets = .allocate(capacity: 1)
        keyOffsets[0] = 0
        status = .allocate(capacity: 0)
        entry = .allocate(capacity: 0)
        leftAt = .allocate(capacity: 0)
        tile = .allocate(capacity: 0)
        state = .allocate(capacity: 0)
        wake = .allocate(capacity: 0)
        arrivedAt = .allocate(capacity: 0)
        attempt = .allocate(capacity: 0)
        firstAttemptAt = .allocate(capacity: 0)
        generation = .allocate(capacity: 0)
        enteredAt = .allocate(capacity: 0)
        reason = .allocate(capacity: 0)
        pathBytes = .allocate(byteCount: 1, alignment: 16)
        pathOffsets = .allocate(capacity: 1)
        pathOffsets[0] = 0
    }

    mutating func resize(_ rows: Int) {
        let used = count
        capacity = rows
        Self.resize(&keyOffsets, rows + 1, used + 1)
        Self.resize(&status, rows, used)
        Self.resize(&entry, rows, used)
        Self.resize(&leftAt, rows, used)
        Self.resize(&tile, rows, used)
        Self.resize(&state, rows, used)
        Self.resize(&wake, rows, used)
        Self.resize(&arrivedAt, rows, used)
        Self.resize(&attempt, rows, used)
        Self.resize(&firstAttemptAt, rows, used)
        Self.resize(&generation, rows, used)
        Self.resize(&enteredAt, rows, used)
        Self.resize(&reason, rows, used)
        Self.resize(&pathOffsets, rows + 1, used + 1)
    }

    mutating func resizeKeys(_ byteCount: Int) {
        keyCapacity = byteCount
        let new = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
        memcpy(new, keyBytes, Int(keyOffsets[count]))
        keyBytes.deallocate()
        keyBytes = new
    }

    mutating func resizePaths(_ byteCount: Int) {
        pathCapacity = byteCount
        let new = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
        memcpy(new, pathBytes, Int(pathOffsets[count]))
        pathBytes.deallocate()
        pathBytes = new
    }

    /// Zeros and no times in rows of which only the keys are there.
    func blank(_ rows: Range<Int>) {
        for column in [entry, tile, attempt, generation] {
            (column + rows.lowerBound).update(repeating: 0, count: rows.count)
        }
        for column in [leftAt, wake, arrivedAt, firstAttemptAt, enteredAt] {
            (column + rows.lowerBound).update(repeating: .min, count: rows.count)
        }
        (pathOffsets + rows.lowerBound + 1).update(repeating: pathOffsets[rows.lowerBound], count: rows.count)
        for column in [status, state, reason] { (column + rows.lowerBound).update(repeating: 0, count: rows.count) }
    }

    func deallocate() {
        keyBytes.deallocate()
        keyOffsets.deallocate()
        status.deallocate()
        entry.deallocate()
        leftAt.deallocate()
        tile.deallocate()
        state.deallocate()
        wake.deallocate()
        arrivedAt.deallocate()
        attempt.deallocate()
        firstAttemptAt.deallocate()
        generation.deallocate()
        enteredAt.deallocate()
        reason.deallocate()
        pathBytes.deallocate()
        pathOffsets.deallocate()
    }

    private static func resize<Value: BitwiseCopyable>(
        _ column: inout UnsafeMutablePointer<Value>, _ rows: Int, _ used: Int
    ) {
        let new = UnsafeMutablePointer<Value>.allocate(capacity: rows)
        new.update(from: column, count: used)
        column.deallocate()
        column = new
    }
}
