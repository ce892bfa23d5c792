import CTessera

/// Puts values into the body of a frame, in the machine's byte order; `WireReader` takes them out in the same order.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func integer<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    mutating func bool(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { raw(UnsafeRawBufferPointer($0)) }
    }

    mutating func text(_ text: tessera_str) {
        raw(UnsafeRawBufferPointer(start: text.data, count: text.data == nil ? 0 : text.length))
    }

    /// A length, then the bytes.
    mutating func raw(_ raw: UnsafeRawBufferPointer) {
        integer(UInt32(truncatingIfNeeded: raw.count))
        bytes.append(contentsOf: raw)
    }

    /// Room for so many bytes at the end, written by `write`.
    mutating func append(count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: count))
        bytes.withUnsafeMutableBytes { write(UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
    }

    /// A count, then the elements.
    mutating func list<Elements: Collection>(_ elements: Elements, _ each: (inout WireWriter, Elements.Element) -> Void)
    {
        integer(UInt32(truncatingIfNeeded: elements.count))
        for element in elements { each(&self, element) }
    }
}
