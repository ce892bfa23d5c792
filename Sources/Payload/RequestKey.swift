import Crypto

/// The `Idempotency-Key` of a request, which is its `webhook-id` too: the row's own key when it carries one row, else the
/// lower-case hexadecimal of the first 16 bytes of SHA-256 over the rows' keys, sorted by bytes and joined by 0x00. The
/// same rows get the same key in whatever order they come.
public enum RequestKey {
    /// Lends the key for the call. `keys` must not be empty.
    public static func withKey(of keys: [UnsafeRawBufferPointer], _ body: (UnsafeRawBufferPointer) -> Void) {
        if keys.count == 1 { return body(keys[0]) }
        let sorted = keys.sorted(by: precedes)
        let length = keys.reduce(keys.count - 1) { $0 + $1.count }
        withUnsafeTemporaryAllocation(byteCount: length + 64, alignment: 8) { memory in
            guard let base = memory.baseAddress else { return }
            var end = base
            for (index, key) in sorted.enumerated() {
                if index > 0 {
                    end.storeBytes(of: 0, as: UInt8.self)
                    end += 1
                }
                if let source = key.baseAddress { end.copyMemory(from: source, byteCount: key.count) }
                end += key.count
            }
            let digest = (base + length).assumingMemoryBound(to: UInt8.self)
            Crypto.sha256(UnsafeRawBufferPointer(start: base, count: length), into: digest)
            let hex = digest + 32
            for index in 0..<16 {
                hex[2 * index] = Self.digit(digest[index] >> 4)
                hex[2 * index + 1] = Self.digit(digest[index] & 15)
            }
            body(UnsafeRawBufferPointer(start: hex, count: 32))
        }
    }

    private static func precedes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        // Keys are digests: their first eight bytes decide nearly always.
        if a.count >= 8 && b.count >= 8 {
            let x = a.loadUnaligned(as: UInt64.self).bigEndian
            let y = b.loadUnaligned(as: UInt64.self).bigEndian
            if x != y { return x < y }
        }
        return a.lexicographicallyPrecedes(b)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
