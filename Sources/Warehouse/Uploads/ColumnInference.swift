import Journeys

/// Finds the type that all values of a column have: a leading zero, a mixture, a number that would lose digits make it a
/// string.
struct ColumnInference {
    private struct Candidates: OptionSet {
        var rawValue: UInt8
        static let integer = Candidates(rawValue: 1)
        static let number = Candidates(rawValue: 2)
        static let boolean = Candidates(rawValue: 4)
        static let date = Candidates(rawValue: 8)
        static let timestamp = Candidates(rawValue: 16)
        static let json = Candidates(rawValue: 32)
    }

    private var candidates: Candidates = [.integer, .number, .boolean, .date, .timestamp, .json]
    private var hasValues = false

    mutating func see(_ cell: RowCell) {
        guard cell.kind != .null else { return }
        hasValues = true
        if candidates.isEmpty { return }
        switch cell.kind {
        case .null: break
        case .plain:
            candidates.remove(.json)
            seeNumber(cell.bytes)
            if candidates.contains(.boolean), BooleanText.value(cell.bytes) == nil { candidates.remove(.boolean) }
            seeDate(cell.bytes)
        case .string:
            candidates.formIntersection([.date, .timestamp])
            seeDate(cell.bytes)
        case .number:
            candidates.formIntersection([.integer, .number])
            seeNumber(cell.bytes)
        case .bool: candidates.formIntersection(.boolean)
        case .nested: candidates.formIntersection(.json)
        }
    }

    private mutating func seeNumber(_ text: UnsafeRawBufferPointer) {
        guard !candidates.isDisjoint(with: [.integer, .number]) else { return }
        switch NumberText.form(text) {
        case nil: candidates.subtract([.integer, .number])
        case .fraction?:
            candidates.remove(.integer)
            if NumberText.double(text) == nil { candidates.remove(.number) }
        case .integer?:
            guard let integer = NumberText.integer(text) else {
                // Too long for an integer, and a number would lose its last digits.
                candidates.subtract([.integer, .number])
                return
            }
            if integer.magnitude > 1 << 53 { candidates.remove(.number) }
        }
    }

    private mutating func seeDate(_ text: UnsafeRawBufferPointer) {
        if candidates.contains(.date), Timestamp.parseDate(text) == nil { candidates.remove(.date) }
        if candidates.contains(.timestamp), TimestampText.parse(text) == nil { candidates.remove(.timestamp) }
    }

    /// The type found so far; `string` before the first value.
    var type: ColumnType {
        guard hasValues else { return .string }
        if candidates.contains(.integer) { return .integer }
        if candidates.contains(.number) { return .number }
        if candidates.contains(.boolean) { return .boolean }
        if candidates.contains(.date) { return .date }
        if candidates.contains(.timestamp) { return .timestamp }
        return .string
    }

    /// All values are nested.
    var isJSON: Bool { hasValues && candidates == .json }
}

enum BooleanText {
    /// `true` and `false`, also as True, TRUE, False and FALSE; nil for anything else.
    static func value(_ text: UnsafeRawBufferPointer) -> Bool? {
        switch text.count {
        case 4:
            text.elementsEqual("true".utf8) || text.elementsEqual("True".utf8) || text.elementsEqual("TRUE".utf8)
                ? true : nil
        case 5:
            text.elementsEqual("false".utf8) || text.elementsEqual("False".utf8) || text.elementsEqual("FALSE".utf8)
                ? false : nil
        default: nil
        }
    }
}
