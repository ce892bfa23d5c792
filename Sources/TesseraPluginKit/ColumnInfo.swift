import CTessera

/// Name and type of a column.
public struct ColumnInfo: Sendable, Hashable {
    /// The types that members come in; the raw value is Arrow's format.
    public enum Kind: String, Sendable {
        case bool = "b"
        case int64 = "l"
        case double = "g"
        case text = "u"
        /// Days since 1970-01-01.
        case date = "tdD"
        /// Microseconds since 1970 UTC.
        case timestamp = "tsu:UTC"
    }

    public var name: String
    /// Nil for a format that this kit does not know.
    public var kind: Kind?
    public var isNullable: Bool
    /// A text column whose texts are JSON.
    public var isJSON: Bool

    init(_ schema: UnsafePointer<ArrowSchema>) {
        name = schema.pointee.name.map { String(cString: $0) } ?? ""
        kind = schema.pointee.format.flatMap { Kind(rawValue: String(cString: $0)) }
        isNullable = schema.pointee.flags & Int64(ARROW_FLAG_NULLABLE) != 0
        isJSON = kind == .text && Self.isJSON(schema.pointee.metadata)
    }

    /// The columns of a struct schema, in order.
    public static func list(of schema: UnsafePointer<ArrowSchema>) -> [ColumnInfo] {
        (0..<Int(max(0, schema.pointee.n_children))).compactMap { index in
            schema.pointee.children?[index].map { ColumnInfo($0) }
        }
    }

    /// Metadata of the C data interface: a count, then keys and values, each with its length; native 32-bit integers.
    private static func isJSON(_ metadata: UnsafePointer<CChar>?) -> Bool {
        guard let metadata else { return false }
        var place = UnsafeRawPointer(metadata)
        func integer() -> Int {
            defer { place += 4 }
            return Int(max(0, place.loadUnaligned(as: Int32.self)))
        }
        func text() -> UnsafeRawBufferPointer {
            let length = integer()
            defer { place += length }
            return UnsafeRawBufferPointer(start: place, count: length)
        }
        for _ in 0..<integer() {
            let key = text()
            let value = text()
            if key.elementsEqual("ARROW:extension:name".utf8) { return value.elementsEqual("arrow.json".utf8) }
        }
        return false
    }
}
