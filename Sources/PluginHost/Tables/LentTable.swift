/// A C struct that is lent to plugins, with the Swift object behind it in the memory that follows: how functions of a
/// table without a context pointer find what they work on.
///
/// Sendable without a check because neither part is written after `init`.
public final class LentTable<Table, Owner: AnyObject>: @unchecked Sendable {
    /// Valid while this object lives.
    public let pointer: UnsafePointer<Table>
    private let memory: UnsafeMutableRawPointer

    private static var ownerOffset: Int {
        let alignment = MemoryLayout<UnsafeRawPointer>.alignment
        return (MemoryLayout<Table>.size + alignment - 1) / alignment * alignment
    }

    /// `owner` is not retained: it holds this table, or outlives it.
    public init(_ table: Table, owner: Owner) {
        memory = .allocate(
            byteCount: Self.ownerOffset + MemoryLayout<UnsafeRawPointer>.size,
            alignment: max(MemoryLayout<Table>.alignment, MemoryLayout<UnsafeRawPointer>.alignment))
        pointer = UnsafePointer(memory.initializeMemory(as: Table.self, repeating: table, count: 1))
        memory.storeBytes(
            of: UnsafeRawPointer(Unmanaged.passUnretained(owner).toOpaque()), toByteOffset: Self.ownerOffset,
            as: UnsafeRawPointer.self)
    }

    deinit { memory.deallocate() }

    /// The object behind a table that was made by `init` of the same types.
    public static func owner(of table: UnsafePointer<Table>) -> Owner {
        let raw = UnsafeRawPointer(table).load(fromByteOffset: ownerOffset, as: UnsafeRawPointer.self)
        return Unmanaged<Owner>.fromOpaque(raw).takeUnretainedValue()
    }
}
