import CTessera

extension String {
    /// Copies borrowed text; bytes that are no UTF-8 are replaced.
    public init(_ text: tessera_str) {
        self = String(decoding: text.bytes, as: UTF8.self)
    }

    /// Lends the text for the call.
    public func withTesseraText<Result>(_ body: (tessera_str) throws -> Result) rethrows -> Result {
        var copy = self
        return try copy.withUTF8 { try body(tessera_str(UnsafeRawBufferPointer($0))) }
    }
}

extension tessera_str {
    /// Borrows bytes, which must be UTF-8.
    @inlinable
    public init(_ bytes: UnsafeRawBufferPointer) {
        self.init(data: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), length: bytes.count)
    }

    /// The bytes, borrowed for as long as the text is.
    @inlinable
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : length)
    }
}
