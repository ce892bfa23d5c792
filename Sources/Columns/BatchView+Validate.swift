import CTessera
import Journeys

/// Why lent structs are no batch.
public struct BatchViewError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence that names the column at fault.
    public var message: String

    public init(message: String) { self.message = message }

    public var description: String { message }
}

extension BatchView {
    /// Checks structs and wraps them. What the C data interface does not tell, buffer lengths, can't be checked.
    /// - Throws: `BatchViewError` for a format that members never come in, or counts that contradict each other.
    public init(
        schema: UnsafePointer<ArrowSchema>, array: UnsafePointer<ArrowArray>
    ) throws(BatchViewError) {
        let columns = try Self.columns(of: schema)
        let batch = array.pointee
        guard batch.length >= 0, batch.offset >= 0, batch.n_children == Int64(columns.count) else {
            throw BatchViewError(
                message: "a batch of \(batch.length) rows with \(batch.n_children) columns, its schema has "
                    + "\(columns.count)")
        }
        if batch.null_count > 0, batch.n_buffers > 0, batch.buffers?[0] != nil {
            throw BatchViewError(message: "a batch whose rows themselves are null")
        }
        var parts: [Part] = []
        parts.reserveCapacity(columns.count)
        for (index, column) in columns.enumerated() {
            guard let child = batch.children?[index]?.pointee else {
                throw BatchViewError(message: "column '\(column.name)' is missing in the batch")
            }
            parts.append(try Self.part(child, of: column, rows: batch.length + batch.offset, offset: batch.offset))
        }
        count = Int(batch.length)
        self.columns = columns
        self.parts = parts
    }

    /// The columns that a struct schema describes: also for a tile's `open`, which gets a schema alone.
    /// - Throws: `BatchViewError` naming the column whose format is unknown.
    public static func columns(of schema: UnsafePointer<ArrowSchema>) throws(BatchViewError) -> [Column] {
        guard let format = schema.pointee.format, ArrowFormat.isStruct(format), schema.pointee.n_children >= 0 else {
            throw BatchViewError(message: "a batch must be a struct (+s) of columns")
        }
        var columns: [Column] = []
        columns.reserveCapacity(Int(schema.pointee.n_children))
        for index in 0..<Int(schema.pointee.n_children) {
            guard let child = schema.pointee.children?[index]?.pointee, let name = child.name,
                let format = child.format
            else { throw BatchViewError(message: "column \(index) has no name or format") }
            guard child.dictionary == nil, let type = ArrowFormat.type(of: format) else {
                throw BatchViewError(
                    message: "column '\(String(cString: name))' has format '\(String(cString: format))': "
                        + "only b, l, g, u, tdD and tsu:UTC are used")
            }
            columns.append(
                Column(
                    name: String(cString: name), type: type,
                    nullable: child.flags & Int64(ARROW_FLAG_NULLABLE) != 0,
                    isJSON: type == .string && ArrowFormat.isJSON(child.metadata)))
        }
        return columns
    }

    private static func part(
        _ child: ArrowArray, of column: Column, rows: Int64, offset: Int64
    ) throws(BatchViewError) -> Part {
        let wanted: Int64 = column.type == .string ? 3 : 2
        guard child.n_buffers == wanted, child.offset >= 0, child.length >= rows, let buffers = child.buffers else {
            throw BatchViewError(
                message: "column '\(column.name)' has \(child.n_buffers) buffers and \(child.length) rows, "
                    + "not \(wanted) and \(rows)")
        }
        // Without rows a maker may leave buffers out; nothing will be read.
        guard let values = buffers[1] ?? (rows == 0 ? nothing : nil) else {
            throw BatchViewError(message: "column '\(column.name)' has no values")
        }
        return Part(
            validity: buffers[0]?.assumingMemoryBound(to: UInt8.self), values: values,
            bytes: (wanted == 3 ? buffers[2] : nil) ?? nothing, offset: Int(child.offset + offset))
    }

    /// Zeros to point at where there is nothing to read: texts of length 0, a column without rows.
    nonisolated(unsafe) private static let nothing: UnsafeRawPointer = {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
        memory.initializeMemory(as: UInt64.self, repeating: 0, count: 2)
        return UnsafeRawPointer(memory)
    }()
}
