import TesseraPluginKit

/// Texts that C reads, alive as long as the process and never written after they were made.
enum StaticText {
    nonisolated(unsafe) static let empty = pointer([])
    nonisolated(unsafe) static let structFormat = pointer(Array("+s".utf8))
    /// Arrow's metadata form: a count, then key and value, each with its length, in native 32-bit integers.
    nonisolated(unsafe) static let jsonMetadata: UnsafePointer<CChar> = {
        func integer(_ value: Int) -> [UInt8] { withUnsafeBytes(of: Int32(value)) { Array($0) } }
        func text(_ text: String) -> [UInt8] { integer(text.utf8.count) + Array(text.utf8) }
        return pointer(integer(1) + text("ARROW:extension:name") + text("arrow.json"))
    }()

    static func format(_ kind: ColumnInfo.Kind) -> UnsafePointer<CChar> {
        switch kind {
        case .bool: bool
        case .int64: int64
        case .double: double
        case .text: text
        case .date: date
        case .timestamp: timestamp
        }
    }

    private nonisolated(unsafe) static let bool = pointer(Array("b".utf8))
    private nonisolated(unsafe) static let int64 = pointer(Array("l".utf8))
    private nonisolated(unsafe) static let double = pointer(Array("g".utf8))
    private nonisolated(unsafe) static let text = pointer(Array("u".utf8))
    private nonisolated(unsafe) static let date = pointer(Array("tdD".utf8))
    private nonisolated(unsafe) static let timestamp = pointer(Array("tsu:UTC".utf8))

    private static func pointer(_ bytes: [UInt8]) -> UnsafePointer<CChar> {
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
        for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: CChar(bitPattern: byte)) }
        (copy + bytes.count).initialize(to: 0)
        return UnsafePointer(copy)
    }
}
