import Glibc
import Journeys

extension BatchBuilder {
    /// A cell without a value.
    @inlinable
    public func appendNull(_ column: Int) {
        let storage = slot(column)
        let row = storage.pointee.count
        let validity = storage.pointee.validity ?? storage.pointee.makeValidity()
        Self.setBit(validity, row, false)
        storage.pointee.nullCount &+= 1
        switch storage.pointee.type {
        case .integer, .timestamp, .number:
            storage.pointee.values.storeBytes(of: 0, toByteOffset: row &* 8, as: Int64.self)
        case .date:
            storage.pointee.values.storeBytes(of: 0, toByteOffset: row &* 4, as: Int32.self)
        case .boolean:
            Self.setBit(storage.pointee.values.assumingMemoryBound(to: UInt8.self), row, false)
        case .string:
            storage.pointee.values.storeBytes(
                of: Int32(truncatingIfNeeded: storage.pointee.byteCount), toByteOffset: (row &+ 1) &* 4, as: Int32.self)
        }
        storage.pointee.count = row &+ 1
    }

    /// A cell of an integer column, or of a timestamp column in microseconds.
    @inlinable
    public func append(int64 value: Int64, to column: Int) {
        let storage = slot(column)
        precondition(storage.pointee.type == .integer || storage.pointee.type == .timestamp)
        let row = storage.pointee.count
        storage.pointee.values.storeBytes(of: value, toByteOffset: row &* 8, as: Int64.self)
        endCell(storage, row)
    }

    /// A cell of a timestamp column: microseconds since 1970 UTC.
    @inlinable
    public func append(timestamp value: Int64, to column: Int) { append(int64: value, to: column) }

    /// A cell of a number column. NaN, which SQL does not know, is null.
    @inlinable
    public func append(double value: Double, to column: Int) {
        if value.isNaN { return appendNull(column) }
        let storage = slot(column)
        precondition(storage.pointee.type == .number)
        let row = storage.pointee.count
        storage.pointee.values.storeBytes(of: value, toByteOffset: row &* 8, as: Double.self)
        endCell(storage, row)
    }

    /// A cell of a date column: days since 1970-01-01.
    @inlinable
    public func append(date value: Int32, to column: Int) {
        let storage = slot(column)
        precondition(storage.pointee.type == .date)
        let row = storage.pointee.count
        storage.pointee.values.storeBytes(of: value, toByteOffset: row &* 4, as: Int32.self)
        endCell(storage, row)
    }

    /// A cell of a boolean column.
    @inlinable
    public func append(bool value: Bool, to column: Int) {
        let storage = slot(column)
        precondition(storage.pointee.type == .boolean)
        let row = storage.pointee.count
        Self.setBit(storage.pointee.values.assumingMemoryBound(to: UInt8.self), row, value)
        endCell(storage, row)
    }

    /// A cell of a string column: the bytes are copied. They must be UTF-8; nothing checks it here.
    @inlinable
    public func append(utf8 text: UnsafeRawBufferPointer, to column: Int) {
        let storage = slot(column)
        precondition(storage.pointee.type == .string)
        let row = storage.pointee.count
        let start = storage.pointee.byteCount
        if text.count > storage.pointee.byteCapacity &- start { storage.pointee.growBytes(for: text.count) }
        if let source = text.baseAddress, let bytes = storage.pointee.bytes {
            memcpy(bytes + start, source, text.count)
        }
        storage.pointee.byteCount = start &+ text.count
        storage.pointee.values.storeBytes(
            of: Int32(truncatingIfNeeded: start &+ text.count), toByteOffset: (row &+ 1) &* 4, as: Int32.self)
        endCell(storage, row)
    }

    /// The same for a String: for tests and rare rows.
    public func append(string text: String, to column: Int) {
        var text = text
        text.withUTF8 { append(utf8: UnsafeRawBufferPointer($0), to: column) }
    }

    /// The column's storage with room for a row.
    @inlinable
    @inline(__always)
    func slot(_ column: Int) -> UnsafeMutablePointer<ColumnStorage> {
        precondition(column >= 0 && column < columnCount)
        let storage = storage + column
        if storage.pointee.count == storage.pointee.capacity { storage.pointee.grow() }
        return storage
    }

    @inlinable
    @inline(__always)
    func endCell(_ storage: UnsafeMutablePointer<ColumnStorage>, _ row: Int) {
        if let validity = storage.pointee.validity { Self.setBit(validity, row, true) }
        storage.pointee.count = row &+ 1
    }

    /// Sets or clears a bit of memory that may not have been initialised beyond the bits before it.
    @inlinable
    @inline(__always)
    static func setBit(_ bits: UnsafeMutablePointer<UInt8>, _ index: Int, _ value: Bool) {
        let place = UInt8(truncatingIfNeeded: index & 7)
        let kept = bits[index &>> 3] & ((1 &<< place) &- 1)
        bits[index &>> 3] = kept | (value ? 1 &<< place : 0)
    }
}
