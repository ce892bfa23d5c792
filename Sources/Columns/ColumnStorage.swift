import Glibc
import Journeys

/// The growing buffers of one column in a `BatchBuilder`.
@usableFromInline
struct ColumnStorage {
    @usableFromInline let type: ColumnType
    /// Rows so far, and for how many there is room.
    @usableFromInline var count = 0
    @usableFromInline var capacity: Int
    /// Values, offsets (strings) or bits (booleans).
    @usableFromInline var values: UnsafeMutableRawPointer
    /// Strings only.
    @usableFromInline var bytes: UnsafeMutableRawPointer?
    @usableFromInline var byteCount = 0
    @usableFromInline var byteCapacity = 0
    /// Made at the first null.
    @usableFromInline var validity: UnsafeMutablePointer<UInt8>?
    @usableFromInline var nullCount = 0

    init(type: ColumnType, capacity: Int, byteCapacity: Int) {
        self.type = type
        self.capacity = max(8, capacity)
        values = ColumnBuffer.allocate(Self.valueBytes(type, self.capacity))
        if type == .string {
            values.storeBytes(of: 0, as: Int32.self)
            self.byteCapacity = max(64, byteCapacity)
            bytes = ColumnBuffer.allocate(self.byteCapacity)
        }
    }

    /// Bytes of the value buffer for that many rows.
    static func valueBytes(_ type: ColumnType, _ rows: Int) -> Int {
        switch type {
        case .string: (rows + 1) * 4
        case .boolean: (rows + 7) / 8
        default: rows * ArrowFormat.width(of: type)
        }
    }

    @usableFromInline
    mutating func grow() {
        capacity *= 2
        values = ColumnBuffer.reallocate(values, Self.valueBytes(type, capacity))
        if let validity {
            self.validity = ColumnBuffer.reallocate(validity, (capacity + 7) / 8).assumingMemoryBound(to: UInt8.self)
        }
    }

    @usableFromInline
    mutating func growBytes(for length: Int) {
        let needed = byteCount + length
        precondition(needed <= Int(Int32.max), "a column of more than 2 GiB of text: cut batches by byteCount")
        byteCapacity = max(byteCapacity * 2, needed)
        bytes = bytes.map { ColumnBuffer.reallocate($0, byteCapacity) }
    }

    /// The first null: all rows before it have values.
    @usableFromInline
    mutating func makeValidity() -> UnsafeMutablePointer<UInt8> {
        let bitmap = ColumnBuffer.allocate((capacity + 7) / 8).assumingMemoryBound(to: UInt8.self)
        memset(bitmap, 0xFF, (count + 7) / 8)
        validity = bitmap
        return bitmap
    }

    /// Hands the buffers over; what is left must be replaced.
    func finish() -> RecordBatch.ColumnData {
        RecordBatch.ColumnData(
            validity: validity.map { ColumnBuffer(adopting: $0, byteCount: (count + 7) / 8) }, nullCount: nullCount,
            values: ColumnBuffer(adopting: values, byteCount: Self.valueBytes(type, count)),
            bytes: bytes.map { ColumnBuffer(adopting: $0, byteCount: byteCount) })
    }

    func deallocate() {
        free(values)
        free(bytes)
        free(validity)
    }
}
