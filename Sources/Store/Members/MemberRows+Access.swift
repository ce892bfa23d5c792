import Columns
import Glibc

/// Reading rows, and changing them in place: what a read gave can be altered and committed.
extension MemberRows {
    /// The key's bytes, borrowed.
    @inlinable
    public func key(_ row: Int) -> UnsafeRawBufferPointer {
        let start = Int(columns.pointee.keyOffsets[row])
        return UnsafeRawBufferPointer(
            start: columns.pointee.keyBytes + start, count: Int(columns.pointee.keyOffsets[row &+ 1]) &- start)
    }

    /// The steps that are added to the row's path, borrowed.
    @inlinable
    public func steps(_ row: Int) -> UnsafeRawBufferPointer {
        let start = Int(columns.pointee.pathOffsets[row])
        return UnsafeRawBufferPointer(
            start: columns.pointee.pathBytes + start, count: Int(columns.pointee.pathOffsets[row &+ 1]) &- start)
    }

    /// All keys, borrowed.
    @inlinable
    public var keys: Utf8View {
        Utf8View(offsets: UnsafePointer(columns.pointee.keyOffsets), bytes: UnsafeRawPointer(columns.pointee.keyBytes))
    }

    public func keyBytes(_ row: Int) -> [UInt8] { Array(key(row)) }
    public func keyString(_ row: Int) -> String { String(decoding: key(row), as: UTF8.self) }

    @inlinable public func status(_ row: Int) -> MemberStatus {
        MemberStatus(rawValue: columns.pointee.status[row]) ?? .active
    }
    @inlinable public func state(_ row: Int) -> MemberState {
        MemberState(rawValue: columns.pointee.state[row]) ?? .none
    }
    @inlinable public func reason(_ row: Int) -> ExitReason {
        ExitReason(rawValue: columns.pointee.reason[row]) ?? .none
    }
    @inlinable public func setStatus(_ row: Int, _ status: MemberStatus) {
        columns.pointee.status[row] = status.rawValue
    }
    @inlinable public func setState(_ row: Int, _ state: MemberState) { columns.pointee.state[row] = state.rawValue }
    @inlinable public func setReason(_ row: Int, _ reason: ExitReason) { columns.pointee.reason[row] = reason.rawValue }

    @inlinable public var entry: UnsafeMutableBufferPointer<Int32> { buffer(columns.pointee.entry) }
    @inlinable public var tile: UnsafeMutableBufferPointer<Int32> { buffer(columns.pointee.tile) }
    @inlinable public var arrivedAt: UnsafeMutableBufferPointer<Int64> { buffer(columns.pointee.arrivedAt) }
    @inlinable public var wake: UnsafeMutableBufferPointer<Int64> { buffer(columns.pointee.wake) }
    @inlinable public var attempt: UnsafeMutableBufferPointer<Int32> { buffer(columns.pointee.attempt) }
    @inlinable public var firstAttemptAt: UnsafeMutableBufferPointer<Int64> { buffer(columns.pointee.firstAttemptAt) }
    @inlinable public var generation: UnsafeMutableBufferPointer<Int32> { buffer(columns.pointee.generation) }
    @inlinable public var enteredAt: UnsafeMutableBufferPointer<Int64> { buffer(columns.pointee.enteredAt) }
    @inlinable public var leftAt: UnsafeMutableBufferPointer<Int64> { buffer(columns.pointee.leftAt) }
    /// Raw values of `MemberStatus`, `MemberState`, `ExitReason`, for loops that count.
    @inlinable public var rawStatus: UnsafeMutableBufferPointer<UInt8> { buffer(columns.pointee.status) }
    @inlinable public var rawState: UnsafeMutableBufferPointer<UInt8> { buffer(columns.pointee.state) }
    @inlinable public var rawReason: UnsafeMutableBufferPointer<UInt8> { buffer(columns.pointee.reason) }

    /// The row's error, if one came with it.
    public func error(_ row: Int) -> MemberError? { errors.last { $0.row == row }?.error }

    /// The row of that key by binary search, when the rows are in key order; nil when it is not among them.
    public func index(ofKey key: UnsafeRawBufferPointer) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let order = Self.compare(self.key(middle), key)
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// The same rows in key order; itself when they are already.
    public func sortedByKey() -> MemberRows {
        var sorted = true
        for row in 1..<max(count, 1) where Self.compare(key(row - 1), key(row)) > 0 {
            sorted = false
            break
        }
        if sorted { return self }
        let order = (0..<count).sorted { Self.compare(key($0), key($1)) < 0 }
        let result = MemberRows(capacity: count, keyBytes: Int(columns.pointee.keyOffsets[count]), isNew: isNew)
        (result.keepsPaths, result.reenters) = (keepsPaths, reenters)
        for row in order { result.append(row, of: self) }
        if !errors.isEmpty {
            var places = [Int](repeating: 0, count: count)
            for (place, row) in order.enumerated() { places[row] = place }
            result.errors = errors.map { (places[$0.row], $0.error) }
        }
        return result
    }

    @usableFromInline
    func buffer<Value>(_ base: UnsafeMutablePointer<Value>) -> UnsafeMutableBufferPointer<Value> {
        UnsafeMutableBufferPointer(start: base, count: count)
    }

    /// Order of two keys by their bytes, as SQLite's: below, at or above zero.
    public static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
        if let first = a.baseAddress, let second = b.baseAddress {
            let order = memcmp(first, second, min(a.count, b.count))
            if order != 0 { return Int(order) }
        }
        return a.count - b.count
    }
}
