/// The decoded segments that stand for a pattern's parameters, in order.
struct Parameters: Sendable {
    private let path: ArraySlice<UInt8>
    /// Where they lie in the path.
    private var places: InlineArray<4, Range<Int>> = [0..<0, 0..<0, 0..<0, 0..<0]
    /// Those that were percent-encoded, by their index: seldom any.
    private var decoded: [Int: [UInt8]] = [:]
    private(set) var count = 0

    init(_ path: ArraySlice<UInt8>) { self.path = path }

    /// - Returns: whether there was room.
    mutating func append(_ place: Range<Int>) -> Bool {
        guard count < 4 else { return false }
        places[count] = place
        count += 1
        return true
    }

    mutating func append(_ value: [UInt8]) -> Bool {
        guard count < 4 else { return false }
        decoded[count] = value
        count += 1
        return true
    }

    subscript(index: Int) -> ArraySlice<UInt8> {
        guard index < count else { return [] }
        if !decoded.isEmpty, let value = decoded[index] { return value[...] }
        return path[places[index]]
    }
}
