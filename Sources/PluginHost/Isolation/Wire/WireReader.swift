import CTessera

/// Takes values out of the body of a frame. Every length is checked: the other end may be a plugin gone wild.
///
/// What it lends points into the body and lives as long as that.
struct WireReader {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }
    var remaining: Int { bytes.count - place }

    mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) throws(WireError) -> Integer
    {
        let width = MemoryLayout<Integer>.size
        guard remaining >= width else { throw .broken("it ends too early") }
        defer { place += width }
        return bytes.loadUnaligned(fromByteOffset: place, as: Integer.self)
    }

    mutating func bool() throws(WireError) -> Bool { try integer(UInt8.self) != 0 }

    /// Bytes as they lie in the body.
    mutating func raw() throws(WireError) -> UnsafeRawBufferPointer {
        let count = Int(try integer(UInt32.self))
        return try raw(count)
    }

    mutating func raw(_ count: Int) throws(WireError) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else { throw .broken("it ends too early") }
        defer { place += count }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<(place + count)])
    }

    /// A text as plugins lend it.
    mutating func lent() throws(WireError) -> tessera_str {
        let raw = try raw()
        return tessera_str(data: raw.baseAddress?.assumingMemoryBound(to: CChar.self), length: raw.count)
    }

    /// A copy; broken UTF-8 is repaired.
    mutating func text() throws(WireError) -> String { String(decoding: try raw(), as: UTF8.self) }

    /// How many elements follow: each takes at least a byte, so no made-up count makes us reserve memory.
    mutating func count() throws(WireError) -> Int {
        let count = Int(try integer(UInt32.self))
        guard count <= remaining else { throw .broken("it counts more than it holds") }
        return count
    }

    mutating func list<Element>(
        _ each: (inout WireReader) throws(WireError) -> Element
    ) throws(WireError) -> [Element] {
        var elements: [Element] = []
        for _ in 0..<(try count()) { elements.append(try each(&self)) }
        return elements
    }
}
