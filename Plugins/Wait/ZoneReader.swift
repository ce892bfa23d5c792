/// Takes a file of tzdata apart (RFC 8536): a header and a block for old readers, both again with 64-bit times, and a line
/// with the rule for the time after the last change.
struct ZoneReader {
    private let bytes: [UInt8]
    private var place = 0

    private struct Header {
        var utIndicators, standardIndicators, leaps, times, types, characters: Int

        /// Bytes of the block after it.
        func size(ofTime size: Int) -> Int {
            times * (size + 1) + types * 6 + characters + leaps * (size + 4) + standardIndicators + utIndicators
        }
    }

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Nil when the file is of the old version 1, counts leap seconds, or is broken.
    mutating func zone() -> Zone? {
        guard let old = header() else { return nil }
        place += old.size(ofTime: 4)
        guard let header = header(), header.types > 0, header.leaps == 0,
            place + header.size(ofTime: 8) <= bytes.count
        else { return nil }
        let times = (0..<header.times).map { _ in integer(8) }
        let indexes = (0..<header.times).map { _ in Int(integer(1)) }
        let types = (0..<header.types).map { _ in
            defer { place += 2 }
            return Int64(Int32(truncatingIfNeeded: integer(4)))
        }
        place += header.characters + header.standardIndicators + header.utIndicators
        guard indexes.allSatisfy(types.indices.contains), place < bytes.count, bytes[place] == UInt8(ascii: "\n"),
            let end = bytes[(place + 1)...].firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        var changes = ZoneChanges(first: types[0])
        for (time, index) in zip(times, indexes) { changes.append(at: time, offset: types[index]) }
        let rule = bytes[(place + 1)..<end]
        // Without a rule the last offset stays.
        if rule.isEmpty { return changes.zone(rule: nil) }
        return ZoneRule(rule).map { changes.zone(rule: $0) }
    }

    private mutating func header() -> Header? {
        guard place + 44 <= bytes.count, bytes[place...].starts(with: "TZif".utf8),
            bytes[place + 4] >= UInt8(ascii: "2")
        else { return nil }
        place += 20
        let counts = (0..<6).map { _ in Int(integer(4)) }
        // No count is larger than the file, and so no sum of them overflows.
        guard counts.allSatisfy({ $0 <= bytes.count }) else { return nil }
        return Header(
            utIndicators: counts[0], standardIndicators: counts[1], leaps: counts[2], times: counts[3],
            types: counts[4], characters: counts[5])
    }

    /// Big-endian.
    private mutating func integer(_ size: Int) -> Int64 {
        defer { place += size }
        return bytes[place..<place + size].reduce(0) { $0 << 8 | Int64($1) }
    }
}
