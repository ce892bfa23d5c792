import CTessera
import Journeys

/// The Arrow C data formats of column types.
enum ArrowFormat {
    /// The format string of a type: static, ends with NUL.
    static func format(of type: ColumnType) -> UnsafePointer<CChar> {
        switch type {
        case .boolean: bool
        case .integer: int64
        case .number: double
        case .string: utf8
        case .date: date32
        case .timestamp: timestamp
        }
    }

    /// The type of a format string; nil for one that members never come in.
    static func type(of format: UnsafePointer<CChar>) -> ColumnType? {
        switch String(cString: format) {
        case "b": .boolean
        case "l": .integer
        case "g": .number
        case "u": .string
        case "tdD": .date
        case "tsu:UTC": .timestamp
        default: nil
        }
    }

    static func isStruct(_ format: UnsafePointer<CChar>) -> Bool { String(cString: format) == "+s" }

    /// Bytes of one value; 0 for booleans, which are bits, and texts.
    static func width(of type: ColumnType) -> Int {
        switch type {
        case .integer, .number, .timestamp: 8
        case .date: 4
        case .boolean, .string: 0
        }
    }

    // Never freed: lent to plugins for as long as they like.
    nonisolated(unsafe) static let structure = immortal("+s")
    nonisolated(unsafe) static let empty = immortal("")
    nonisolated(unsafe) private static let bool = immortal("b")
    nonisolated(unsafe) private static let int64 = immortal("l")
    nonisolated(unsafe) private static let double = immortal("g")
    nonisolated(unsafe) private static let utf8 = immortal("u")
    nonisolated(unsafe) private static let date32 = immortal("tdD")
    nonisolated(unsafe) private static let timestamp = immortal("tsu:UTC")

    /// `ARROW:extension:name` = `arrow.json`, as the C data interface encodes metadata: counts and lengths as native
    /// 32-bit integers, texts without NUL.
    nonisolated(unsafe) static let jsonMetadata: UnsafePointer<CChar> = {
        var bytes: [UInt8] = []
        func append(_ value: Int32) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
        append(1)
        for text in ["ARROW:extension:name", "arrow.json"] {
            append(Int32(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
        return immortal(bytes)
    }()

    /// Whether metadata of the C data interface names the extension type `arrow.json`.
    static func isJSON(_ metadata: UnsafePointer<CChar>?) -> Bool {
        guard let metadata else { return false }
        let raw = UnsafeRawPointer(metadata)
        var place = 0
        func integer() -> Int {
            defer { place += 4 }
            return Int(raw.loadUnaligned(fromByteOffset: place, as: Int32.self))
        }
        func text() -> UnsafeRawBufferPointer {
            let length = max(0, integer())
            defer { place += length }
            return UnsafeRawBufferPointer(start: raw + place, count: length)
        }
        for _ in 0..<max(0, integer()) {
            let key = text()
            let value = text()
            if key.elementsEqual("ARROW:extension:name".utf8) { return value.elementsEqual("arrow.json".utf8) }
        }
        return false
    }

    private static func immortal(_ text: String) -> UnsafePointer<CChar> { immortal(Array(text.utf8) + [0]) }

    private static func immortal(_ bytes: [UInt8]) -> UnsafePointer<CChar> {
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
        return UnsafePointer(copy)
    }
}
