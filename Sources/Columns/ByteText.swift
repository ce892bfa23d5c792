import CPlatform
import Glibc

/// Comparisons of texts by their bytes.
enum ByteText {
    @inline(__always)
    static func equal(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        guard let first = a.baseAddress, let second = b.baseAddress else { return true }
        return memcmp(first, second, a.count) == 0
    }

    @inline(__always)
    static func starts(_ text: UnsafeRawBufferPointer, with prefix: UnsafeRawBufferPointer) -> Bool {
        text.count >= prefix.count
            && equal(UnsafeRawBufferPointer(rebasing: text[0..<prefix.count]), prefix)
    }

    @inline(__always)
    static func ends(_ text: UnsafeRawBufferPointer, with suffix: UnsafeRawBufferPointer) -> Bool {
        text.count >= suffix.count
            && equal(UnsafeRawBufferPointer(rebasing: text[(text.count - suffix.count)...]), suffix)
    }

    private static let longPart = 256

    /// Whether `part` occurs in `text`; the empty one does in all.
    static func contains(_ text: UnsafeRawBufferPointer, _ part: UnsafeRawBufferPointer) -> Bool {
        guard let wanted = part.baseAddress, let first = part.first else { return true }
        guard var start = text.baseAddress, text.count >= part.count else { return false }
        // A long part, compared whole at each place, would take a time that grows with the product of both lengths.
        if part.count > longPart { return tessera_find(start, text.count, wanted, part.count) != nil }
        // Candidates by memchr, checked by memcmp: the quickest for what people write.
        let last = start + (text.count - part.count)
        while start <= last, let found = memchr(start, Int32(first), last - start + 1) {
            if memcmp(found, wanted, part.count) == 0 { return true }
            start = UnsafeRawPointer(found) + 1
        }
        return false
    }
}
