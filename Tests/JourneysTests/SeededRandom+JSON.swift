import Journeys
import TestSupport

extension SeededRandom {
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
