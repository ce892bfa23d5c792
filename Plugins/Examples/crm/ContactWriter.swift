import CTessera
import TesseraPluginKit

/// Writes rows of a batch as contacts in JSON.
struct ContactWriter {
    private let members: TextColumn
    private let keys: TextColumn
    private let properties: [(name: String, write: (Int, inout [UInt8]) -> Void)]

    init(_ batch: Batch) throws {
        members = try batch.text(TESSERA_COLUMN_MEMBER)
        keys = try batch.text(TESSERA_COLUMN_KEY)
        properties = try batch.columns.enumerated().filter { !$0.element.name.hasPrefix("$") }.map { index, column in
            (column.name, try Self.writer(batch, index, column))
        }
    }

    func json(_ rows: Range<Int>) -> [UInt8] {
        var out = Array("{\"contacts\":[".utf8)
        for row in rows {
            if row > rows.lowerBound { out.append(UInt8(ascii: ",")) }
            out += "{\"external_id\":".utf8
            Self.write(members[row], &out)
            out += ",\"request_id\":".utf8
            Self.write(keys[row], &out)
            out += ",\"properties\":{".utf8
            for (index, property) in properties.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                out += "\"\(property.name)\":".utf8  // one of the names in `columns`, which need no escapes
                property.write(row, &out)
            }
            out += "}}".utf8
        }
        out += "]}".utf8
        return out
    }

    private static func writer(
        _ batch: Batch, _ index: Int, _ column: ColumnInfo
    ) throws -> (Int, inout [UInt8]) -> Void {
        switch column.kind {
        case .text:
            let cells = try batch.text(at: index)
            return { row, out in write(cells[row], &out) }
        case .bool:
            let cells = try batch.bool(at: index)
            return { row, out in out += (cells[row].map { $0 ? "true" : "false" } ?? "null").utf8 }
        case .int64:
            let cells = try batch.int64(at: index)
            return { row, out in out += (cells[row].map { "\($0)" } ?? "null").utf8 }
        case .double:
            let cells = try batch.double(at: index)
            return { row, out in out += (cells[row].flatMap { $0.isFinite ? "\($0)" : nil } ?? "null").utf8 }
        default:
            throw BatchError("the CRM has no property of the type of '\(column.name)': map a text, number or boolean")
        }
    }

    private static func write(_ text: UnsafeRawBufferPointer?, _ out: inout [UInt8]) {
        guard let text else {
            out += "null".utf8
            return
        }
        let digits = Array("0123456789abcdef".utf8)
        out.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: out += "\\u00".utf8 + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
