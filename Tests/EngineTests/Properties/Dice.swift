/// Random choices that a seed repeats (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True in about so many of a hundred throws.
    mutating func hits(_ percent: Int) -> Bool { number(1...100) <= percent }

    /// One of `values`, which are not empty.
    mutating func one<Value>(_ values: [Value]) -> Value { values[number(0...values.count - 1)] }
}
