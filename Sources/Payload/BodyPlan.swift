import TesseraPluginKit

/// Why destination fields make no object.
public struct MappingError: Error {
    /// Names the fields and the remedy.
    public var message: String

    public init(message: String) { self.message = message }
}

/// How the columns of a batch become the `data` object of a row: literal JSON, a cell, literal JSON, a cell … A dot in a
/// field's name means nesting. Made once for a batch.
public struct BodyPlan: Sendable {
    private var steps: [Step] = []
    private var tail: [UInt8] = []

    private struct Step: Sendable {
        /// What stands before the cell, the field's name included.
        var literal: [UInt8]
        var column: Int
        var info: ColumnInfo
    }

    private static let reserved: Set<String> = ["$member", "$key", "$attempt", "$arrived_at"]

    /// - Parameter without: fields that the maker of the request writes itself.
    public init(columns: [ColumnInfo], without: Set<String> = []) throws(MappingError) {
        var root = FieldTree()
        var seen: Set<String> = []
        for (index, column) in columns.enumerated() {
            // Reserved columns come first: a field that happens to be called like one is a field.
            if Self.reserved.contains(column.name) && seen.insert(column.name).inserted { continue }
            if without.contains(column.name) { continue }
            try root.insert(column.name, column: index)
        }
        var literal: [UInt8] = []
        write(root, columns, &literal)
        tail = literal
    }

    private mutating func write(_ tree: FieldTree, _ columns: [ColumnInfo], _ literal: inout [UInt8]) {
        literal.append(UInt8(ascii: "{"))
        for (index, field) in tree.fields.enumerated() {
            if index > 0 { literal.append(UInt8(ascii: ",")) }
            let name = JSONBytes(capacity: 64)
            field.name.withUnsafeBytes { name.append(string: $0) }
            literal.append(contentsOf: name.bytes)
            literal.append(UInt8(ascii: ":"))
            switch field.value {
            case .column(let column):
                steps.append(Step(literal: literal, column: column, info: columns[column]))
                literal = []
            case .object(let object):
                write(object, columns, &literal)
            }
        }
        literal.append(UInt8(ascii: "}"))
    }

    /// The batch's columns in the order of the plan.
    public func cells(of batch: Batch) throws(BatchError) -> [PayloadCell] {
        var cells: [PayloadCell] = []
        for step in steps { cells.append(try PayloadCell(batch, step.column, step.info)) }
        return cells
    }

    /// The name of the first field of a row whose JSON text is none; nil when all can be sent.
    public func malformedJSON(in cells: [PayloadCell], row: Int) -> String? {
        for (index, cell) in cells.enumerated() {
            guard case .json(let column) = cell, let text = column[row], !JSONSyntax.isValue(text) else { continue }
            return steps[index].info.name
        }
        return nil
    }

    /// Whether there are no fields.
    public var isEmpty: Bool { steps.isEmpty }

    /// Writes the object of a row.
    /// - Parameters:
    ///   - continues: without its opening brace, after members that were written: with a comma where fields follow.
    ///   - closes: false leaves out the closing brace: more members follow.
    public func write(
        row: Int, of cells: [PayloadCell], to out: JSONBytes, continues: Bool = false, closes: Bool = true
    ) {
        for index in cells.indices {
            steps[index].literal.withUnsafeBytes { literal in
                if index == 0, continues {
                    out.append(",")
                    out.append(raw: UnsafeRawBufferPointer(rebasing: literal.dropFirst()))
                } else {
                    out.append(raw: literal)
                }
            }
            if !cells[index].write(row, to: out) { out.append("null") }
        }
        tail.withUnsafeBytes { tail in
            // Without fields the tail is the whole object.
            let start = cells.isEmpty && continues ? 1 : 0
            out.append(raw: UnsafeRawBufferPointer(rebasing: tail[start..<(tail.count - (closes ? 0 : 1))]))
        }
    }
}
