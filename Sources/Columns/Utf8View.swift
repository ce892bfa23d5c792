/// Texts of a string column, borrowed: valid while their batch lives.
public struct Utf8View {
    @usableFromInline let offsets: UnsafePointer<Int32>
    @usableFromInline let bytes: UnsafeRawPointer

    @inlinable
    public init(offsets: UnsafePointer<Int32>, bytes: UnsafeRawPointer) {
        self.offsets = offsets
        self.bytes = bytes
    }

    /// The bytes of a cell; empty when it is null.
    @inlinable
    public subscript(row: Int) -> UnsafeRawBufferPointer {
        let start = Int(offsets[row])
        return UnsafeRawBufferPointer(start: bytes + start, count: Int(offsets[row &+ 1]) &- start)
    }

    /// The text of a cell as a String, for tests and messages: not for the hot path.
    public func string(_ row: Int) -> String { String(decoding: self[row], as: UTF8.self) }
}
