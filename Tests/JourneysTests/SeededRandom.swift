import Journeys

/// SplitMix64: the same values on every run, so that a failure can be repeated.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }

    mutating func json(depth: Int) -> JSON {
        let texts = ["", "a", "naïve", "\"\\/", "\u{0}\u{1f}", "😀", "line\nbreak", "$member"]
        switch Int.random(in: 0..<(depth == 0 ? 5 : 7), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .integer(Int64(bitPattern: next()) >> Int64.random(in: 0..<64, using: &self))
        case 3:
            let value = Double(bitPattern: next())
            // Large whole numbers are read as integers.
            return .number(value.isFinite && Int64(exactly: value) == nil ? value : 0.5)
        case 4: return .string(pick(texts))
        case 5: return .array((0..<Int.random(in: 0..<4, using: &self)).map { _ in json(depth: depth - 1) })
        default:
            var members: [String: JSON] = [:]
            for _ in 0..<Int.random(in: 0..<4, using: &self) { members[pick(texts)] = json(depth: depth - 1) }
            return .object(members)
        }
    }
}
