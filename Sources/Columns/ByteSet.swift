/// An immutable set of byte strings for membership tests in the hot path: one block of bytes, open addressing, no
/// Strings.
struct ByteSet: Sendable {
    private let bytes: [UInt8]
    /// Member m is bytes[ends[m] ..< ends[m + 1]].
    private let ends: [Int32]
    /// Member + 1, 0 where free; a power of two in size, at most half full.
    private let table: [Int32]
    private let mask: Int

    init(_ texts: [String]) {
        var size = 16
        while size < texts.count * 2 { size *= 2 }
        var bytes: [UInt8] = []
        var ends: [Int32] = [0]
        var table = [Int32](repeating: 0, count: size)
        for (member, text) in texts.enumerated() {
            let text = Array(text.utf8)
            bytes.append(contentsOf: text)
            ends.append(Int32(bytes.count))
            var place = text.withUnsafeBytes { Self.hash($0) } & (size - 1)
            while table[place] != 0 { place = (place + 1) & (size - 1) }
            table[place] = Int32(member + 1)
        }
        self.bytes = bytes
        self.ends = ends
        self.table = table
        mask = size - 1
    }

    func contains(_ text: UnsafeRawBufferPointer) -> Bool {
        var place = Self.hash(text) & mask
        while table[place] != 0 {
            let member = Int(table[place]) - 1
            let start = Int(ends[member])
            let length = Int(ends[member + 1]) - start
            let same = bytes.withUnsafeBytes {
                ByteText.equal(UnsafeRawBufferPointer(rebasing: $0[start..<start + length]), text)
            }
            if same { return true }
            place = (place + 1) & mask
        }
        return false
    }

    /// Eight bytes at a step; good enough for tables that their owner filled.
    private static func hash(_ text: UnsafeRawBufferPointer) -> Int {
        var hash = UInt64(truncatingIfNeeded: text.count) &* 0x9e37_79b9_7f4a_7c15
        var index = 0
        while index + 8 <= text.count {
            hash = mix(hash ^ text.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var rest: UInt64 = 0
        while index < text.count {
            rest = rest << 8 | UInt64(text[index])
            index += 1
        }
        return Int(truncatingIfNeeded: mix(hash ^ rest) >> 1)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xff51_afd7_ed55_8ccd)
        return product.high ^ product.low
    }
}
