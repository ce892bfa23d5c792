import TesseraPluginKit

/// A batch's columns as templates ask for them. For one `build`.
public struct TemplateFields {
    private let cells: [PayloadCell]
    private let names: [String]
    private let scratch = JSONBytes(capacity: 256)

    /// - Parameter names: the templates' fields, by their places.
    /// - Throws: `MappingError` when the mapping lacks one, `BatchError` when a column can't be read.
    public init(_ batch: Batch, names: [String]) throws {
        let columns = batch.columns
        self.names = names
        cells = try names.map { name in
            guard let index = columns.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                throw MappingError(
                    message: "the template names the field '\(name)', which nothing is mapped to: map a column or a "
                        + "constant to it")
            }
            return try PayloadCell(batch, index, columns[index])
        }
    }

    /// The first field of a row whose JSON text is none; nil when all can be written.
    public func malformedJSON(_ row: Int) -> String? {
        for (index, cell) in cells.enumerated() {
            if case .json(let column) = cell, let text = column[row], !JSONSyntax.isValue(text) { return names[index] }
        }
        return nil
    }

    /// - Parameter escape: what a field within a string has to become there, before JSON's own escapes.
    public func write(
        _ template: JSONTemplate, row: Int, to out: JSONBytes,
        escape: ((UnsafeRawBufferPointer) -> [UInt8])? = nil
    ) {
        for step in template.steps {
            switch step {
            case .literal(let bytes): bytes.withUnsafeBytes { out.append(raw: $0) }
            case .value(let field):
                if let escape, case .text(let column) = cells[field], let text = column[row] {
                    escape(text).withUnsafeBytes { out.append(string: $0) }
                } else if !cells[field].write(row, to: out) {
                    out.append("null")
                }
            case .text(let field):
                guard let text = cells[field].plain(row, scratch) else { continue }
                if let escape {
                    escape(text).withUnsafeBytes { out.append(escaped: $0) }
                } else {
                    out.append(escaped: text)
                }
            }
        }
    }

    /// The text of a template for a row. Nil when a field has no value, or one that can't stand in its place, as `encode`
    /// says with false; `missing` is then its name.
    public func text(
        _ template: TextTemplate, row: Int, missing: inout String,
        encode: (UnsafeRawBufferPointer, inout [UInt8]) -> Bool
    ) -> [UInt8]? {
        var text: [UInt8] = []
        for part in template.parts {
            switch part {
            case .literal(let bytes): text += bytes
            case .field(let field):
                guard let value = cells[field].plain(row, scratch), encode(value, &text) else {
                    missing = names[field]
                    return nil
                }
            }
        }
        return text
    }
}

/// Ways to put a field's bytes into a text.
public enum TemplateEncoding {
    /// As they are.
    public static func plain(_ bytes: UnsafeRawBufferPointer, _ out: inout [UInt8]) -> Bool {
        out += bytes
        return true
    }

    /// For a part of a URL: all but RFC 3986's unreserved characters percent-encoded. Nothing has no place in the path: what
    /// is meant for one member would go to the collection of all.
    public static func url(_ bytes: UnsafeRawBufferPointer, _ out: inout [UInt8]) -> Bool {
        if bytes.isEmpty { return out.contains(UInt8(ascii: "?")) }
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                out.append(byte)
            default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return true
    }
}
