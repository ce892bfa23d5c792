/// Goes through a short text from left to right.
struct TextScan {
    private let bytes: [UInt8]
    private var place = 0

    init(_ text: String) { bytes = Array(text.utf8) }
    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    var isAtEnd: Bool { place == bytes.count }

    /// Passes a character if it is the next one.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(truncatingIfNeeded: character.value) else { return false }
        place += 1
        return true
    }

    /// Passes bytes while they are wanted; how many.
    mutating func skip(while isWanted: (UInt8) -> Bool) -> Int {
        let start = place
        while place < bytes.count, isWanted(bytes[place]) { place += 1 }
        return place - start
    }

    /// Exactly so many digits.
    mutating func number(_ count: Int) -> Int64? {
        guard place + count <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[place..<place + count] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        place += count
        return value
    }

    /// One to so many digits.
    mutating func number(upTo count: Int) -> Int64? {
        guard var value = number(1) else { return nil }
        for _ in 1..<max(count, 1) {
            guard let digit = number(1) else { break }
            value = value * 10 + digit
        }
        return value
    }
}
