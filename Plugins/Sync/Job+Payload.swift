import CTessera
import Payload

extension Job {
    /// Writes what the mapping makes of one row of the call as a JSON object: destination fields as they are named, dots and
    /// all. Fields without a value are left out.
    func writePayload(ofRow row: Int, to out: JSONBytes) {
        out.append("{")
        var isFirst = true
        for (field, source) in zip(mapping.fields, mapping.sources.dropFirst(FieldMapping.reserved.count)) {
            let name = Array(field.name.utf8)
            func begin() {
                if !isFirst { out.append(",") }
                isFirst = false
                name.withUnsafeBytes { out.append(string: $0) }
                out.append(":")
            }
            switch field.source {
            case .constant(.null): break
            case .constant(let constant):
                begin()
                write(constant, to: out)
            case .column:
                let column = rows.columns[source]
                if let validity = column.validity, validity[row >> 3] >> UInt8(row & 7) & 1 == 0 { break }
                begin()
                write(column, row, to: out)
            }
        }
        out.append("}")
    }

    private func write(_ constant: Constant, to out: JSONBytes) {
        switch constant {
        case .null: out.append("null")
        case .bool(let bool): out.append(bool)
        case .integer(let integer): out.append(integer)
        case .number(let number): out.append(number)
        case .text(let text): text.withUnsafeBytes { out.append(string: $0) }
        case .json(let json): json.withUnsafeBytes { out.append(raw: $0) }
        }
    }

    /// A cell that has a value.
    private func write(_ column: BatchCopy.Column, _ row: Int, to out: JSONBytes) {
        let values = column.values
        switch column.kind {
        case .bool: out.append(values.load(fromByteOffset: row >> 3, as: UInt8.self) >> UInt8(row & 7) & 1 != 0)
        case .int64: out.append(values.load(fromByteOffset: row * 8, as: Int64.self))
        case .double: out.append(values.load(fromByteOffset: row * 8, as: Double.self))
        case .date: out.append(date: values.load(fromByteOffset: row * 4, as: Int32.self))
        case .timestamp: out.append(timestamp: values.load(fromByteOffset: row * 8, as: Int64.self))
        case .text:
            let start = Int(values.load(fromByteOffset: row * 4, as: Int32.self))
            let end = Int(values.load(fromByteOffset: row * 4 + 4, as: Int32.self))
            let text = UnsafeRawBufferPointer(start: column.bytes.map { $0 + start }, count: end - start)
            if column.isJSON { out.append(raw: text) } else { out.append(string: text) }
        }
    }
}
