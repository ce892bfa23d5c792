import Journeys

@testable import Warehouse

/// Keeps what a parser reads, as text: nulls as ∅, texts in brackets, other JSON values as written.
final class RecordedRows: RowSink {
    var lines: [String] = []

    func record(line: Int, cells: [RowCell]) throws(UploadRefused) {
        lines.append("\(line): " + cells.map(Self.text).joined(separator: " "))
    }

    func object(line: Int, names: [UnsafeRawBufferPointer], cells: [RowCell]) throws(UploadRefused) {
        lines.append(
            "\(line): "
                + zip(names, cells).map { "\(String(decoding: $0, as: UTF8.self))=\(Self.text($1))" }
                .joined(separator: " "))
    }

    func bad(line: Int, _ message: String) { lines.append("\(line) bad: \(message)") }

    private static func text(_ cell: RowCell) -> String {
        let text = String(decoding: cell.bytes, as: UTF8.self)
        return switch cell.kind {
        case .null: "∅"
        case .plain, .string: "[\(text)]"
        case .number, .bool, .nested: text
        }
    }
}
