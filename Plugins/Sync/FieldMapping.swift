import CTessera
import TesseraPluginKit

/// An opened config: which columns and constants go under which fields of which destination. Immutable; any thread.
final class FieldMapping: Sendable {
    struct Field: Sendable {
        enum Source: Sendable {
            case column(String)
            case constant(Constant)
        }
        var source: Source
        /// The name at the destination; dots nest.
        var name: String
    }

    /// Columns that every connector gets first.
    static let reserved = [TESSERA_COLUMN_MEMBER, TESSERA_COLUMN_KEY, TESSERA_COLUMN_ATTEMPT]

    let destinationID: String
    let fields: [Field]
    /// What `run` wants: the reserved columns, then each mapped column once.
    let columns: [String]
    /// The same id and the names of the connector's columns (reserved ones first), in the forms that C reads.
    let id: NameList
    let names: CNames
    /// For each of the connector's columns the index in `columns`; -1 for a constant.
    let sources: [Int]
    /// Bytes of text that the constants put into each row.
    let constantBytes: Int

    init(destinationID: String, fields: [Field]) {
        self.destinationID = destinationID
        self.fields = fields
        id = NameList([destinationID])
        names = CNames(Self.reserved + fields.map(\.name))
        var columns = Self.reserved
        var places: [[UInt8]: Int] = [:]  // by bytes: String's == takes different spellings of one letter as equal
        var sources = Array(columns.indices)
        var constantBytes = 0
        for field in fields {
            switch field.source {
            case .column(let name):
                let place = places[Array(name.utf8)] ?? columns.count
                if place == columns.count {
                    places[Array(name.utf8)] = place
                    columns.append(name)
                }
                sources.append(place)
            case .constant(let constant):
                constantBytes += constant.textCount
                sources.append(-1)
            }
        }
        self.columns = columns
        self.sources = sources
        self.constantBytes = constantBytes
    }
}

/// A value that stands in every row.
enum Constant: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case text([UInt8])
    /// An array or object as JSON text.
    case json([UInt8])

    /// Above it a constant is refused: it goes into every row.
    static let maxBytes = 64 * 1024

    init(_ value: ConfigValue) {
        switch value {
        case .null: self = .null
        case .bool(let bool): self = .bool(bool)
        case .integer(let integer): self = .integer(integer)
        case .number(let number): self = .number(number)
        case .string(let text): self = .text(Array(text.utf8))
        case .array, .object: self = .json(JSONText.bytes(of: value))
        }
    }

    var textCount: Int {
        switch self {
        case .text(let bytes), .json(let bytes): bytes.count
        default: 0
        }
    }
}

/// Texts with terminators, valid while this object lives. Sendable without a check because only `init` writes.
final class CNames: @unchecked Sendable {
    private let texts: [UnsafeMutablePointer<CChar>]

    init(_ names: [String]) {
        texts = names.map { name in
            let bytes = name.utf8CString
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: byte) }
            return copy
        }
    }

    deinit { for text in texts { text.deallocate() } }

    var count: Int { texts.count }
    subscript(index: Int) -> UnsafePointer<CChar> { UnsafePointer(texts[index]) }
}
