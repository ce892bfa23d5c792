import CTessera

/// The buffers of one column.
@usableFromInline
struct ColumnPart {
    @usableFromInline let count: Int
    @usableFromInline let validity: UnsafePointer<UInt8>?
    @usableFromInline let values: UnsafeRawPointer
    @usableFromInline let bytes: UnsafeRawPointer
    @usableFromInline let offset: Int

    /// Nil when buffers are missing that rows would be read from.
    init?(_ data: ArrowArray, rows: Int, offset: Int, hasBytes: Bool) {
        guard let buffers = data.buffers, data.n_buffers >= (hasBytes ? 3 : 2), data.length >= Int64(rows) else {
            return nil
        }
        guard let values = buffers[1] ?? (rows == 0 ? ColumnPart.nothing.pointer : nil) else { return nil }
        count = rows
        validity = buffers[0]?.assumingMemoryBound(to: UInt8.self)
        self.values = values
        // All texts may be empty: then a maker may leave their bytes out.
        bytes = (hasBytes ? buffers[2] : nil) ?? ColumnPart.nothing.pointer
        self.offset = Int(data.offset) + offset
    }

    @inlinable
    @inline(__always)
    func isNull(_ row: Int) -> Bool {
        precondition(row >= 0 && row < count)
        guard let validity else { return false }
        let index = row &+ offset
        return validity[index &>> 3] &>> UInt8(truncatingIfNeeded: index & 7) & 1 == 0
    }

    private static let nothing = StaticPointer(UnsafeRawPointer(Immortal.value(UInt64(0))))
}

/// Values of fixed size, borrowed from the batch.
public struct ValueColumn<Value: BitwiseCopyable> {
    @usableFromInline let part: ColumnPart

    init(_ part: ColumnPart) { self.part = part }

    /// Whether the cell has no value.
    @inlinable
    @inline(__always)
    public func isNull(_ row: Int) -> Bool { part.isNull(row) }

    /// The cell; nil when it has no value.
    @inlinable
    @inline(__always)
    public subscript(row: Int) -> Value? {
        if part.isNull(row) { return nil }
        return part.values.load(
            fromByteOffset: (row &+ part.offset) &* MemoryLayout<Value>.stride, as: Value.self)
    }
}

/// Bits, borrowed from the batch.
public struct BoolColumn {
    @usableFromInline let part: ColumnPart

    init(_ part: ColumnPart) { self.part = part }

    /// Whether the cell has no value.
    @inlinable
    @inline(__always)
    public func isNull(_ row: Int) -> Bool { part.isNull(row) }

    /// The cell; nil when it has no value.
    @inlinable
    @inline(__always)
    public subscript(row: Int) -> Bool? {
        if part.isNull(row) { return nil }
        let index = row &+ part.offset
        return part.values.load(fromByteOffset: index &>> 3, as: UInt8.self)
            &>> UInt8(truncatingIfNeeded: index & 7) & 1 != 0
    }
}

/// Texts, borrowed from the batch.
public struct TextColumn {
    @usableFromInline let part: ColumnPart

    init(_ part: ColumnPart) { self.part = part }

    /// Whether the cell has no value.
    @inlinable
    @inline(__always)
    public func isNull(_ row: Int) -> Bool { part.isNull(row) }

    /// The UTF-8 bytes of the cell; nil when it has no value.
    @inlinable
    @inline(__always)
    public subscript(row: Int) -> UnsafeRawBufferPointer? {
        if part.isNull(row) { return nil }
        let index = (row &+ part.offset) &* 4
        let start = Int(part.values.load(fromByteOffset: index, as: Int32.self))
        let end = Int(part.values.load(fromByteOffset: index &+ 4, as: Int32.self))
        return UnsafeRawBufferPointer(start: part.bytes + start, count: end &- start)
    }

    /// The cell as a String: for rare rows, not for hot loops.
    public func string(_ row: Int) -> String? { self[row].map { String(decoding: $0, as: UTF8.self) } }
}
