/// The hash that sends a member to an arm of a split: the same member takes the same arm on every machine.
///
/// `h = fmix64(FNV-1a-64(journey id ‖ 0x00 ‖ tile id ‖ 0x00 ‖ member key))` over UTF-8 bytes; `u = (h >> 11) / 2^53`; the
/// arm is the first whose cumulative weight / total is greater than `u`. The test vectors are in SplitHashTests.
///
/// A value holds the hash of journey and tile, so that a batch costs only its members' bytes.
public struct SplitHash: Sendable {
    private let prefix: UInt64

    public init(journey: String, tile: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in journey.utf8 { hash = Self.fnv(hash, byte) }
        hash = Self.fnv(hash, 0)
        for byte in tile.utf8 { hash = Self.fnv(hash, byte) }
        prefix = Self.fnv(hash, 0)
    }

    /// Where the member stands in [0, 1).
    public func unit(member: UnsafeRawBufferPointer) -> Double {
        var hash = prefix
        for byte in member { hash = Self.fnv(hash, byte) }
        return Double(Self.fmix64(hash) >> 11) * 0x1p-53
    }

    /// The same for a key as text.
    public func unit(member: String) -> Double {
        var member = member
        return member.withUTF8 { unit(member: UnsafeRawBufferPointer($0)) }
    }

    /// Where a member stands in [0, 1), all in one call.
    public static func unit(journey: String, tile: String, member: some Sequence<UInt8>) -> Double {
        var hash = SplitHash(journey: journey, tile: tile).prefix
        for byte in member { hash = fnv(hash, byte) }
        return Double(fmix64(hash) >> 11) * 0x1p-53
    }

    /// The arm at `unit`, an index into `weights`, which are positive and finite. 0 when there are none.
    public static func arm(weights: [Double], unit: Double) -> Int {
        let total = weights.reduce(0, +)
        var cumulative = 0.0
        for (index, weight) in weights.enumerated() {
            cumulative += weight
            if cumulative / total > unit { return index }
        }
        return max(0, weights.count - 1)
    }

    @inline(__always)
    private static func fnv(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    private static func fmix64(_ value: UInt64) -> UInt64 {
        var h = value
        h ^= h >> 33
        h &*= 0xff51_afd7_ed55_8ccd
        h ^= h >> 33
        h &*= 0xc4ce_b9fe_1a85_ec53
        return h ^ (h >> 33)
    }
}
