/// A value of a row as its file wrote it. The bytes are borrowed for the call that gets them.
struct RowCell {
    enum Kind {
        case null
        /// A text of a CSV file, which may stand for anything.
        case plain
        /// A JSON string.
        case string
        /// A JSON number, as it was written.
        case number
        /// `true` or `false`.
        case bool
        /// A JSON array or object, as it was written.
        case nested
    }

    var kind: Kind
    var bytes: UnsafeRawBufferPointer

    static var null: RowCell { RowCell(kind: .null, bytes: UnsafeRawBufferPointer(start: nil, count: 0)) }

    /// The value for an error message.
    var quoted: String {
        let text = String(decoding: bytes.prefix(60), as: UTF8.self)
        return "'\(text)\(bytes.count > 60 ? "…" : "")'"
    }
}

/// Takes what a parser reads.
protocol RowSink: AnyObject {
    /// A record of a CSV file, the header first.
    func record(line: Int, cells: [RowCell]) throws(UploadRefused)
    /// A line of NDJSON.
    func object(line: Int, names: [UnsafeRawBufferPointer], cells: [RowCell]) throws(UploadRefused)
    /// A line that can't be read.
    func bad(line: Int, _ message: String)
}

enum RowLimits {
    /// A record is kept in memory until it ends.
    static let maxRecordBytes = 1 << 20
    static let maxColumns = 500
    static let maxNameBytes = 128
}
