import CTessera

/// A batch of members, lent for the call: columns by name, in the order that the tile asked for them. Not for keeping.
public struct Batch {
    /// Number of rows.
    public let count: Int
    /// The structs as they were lent.
    public let schema: UnsafePointer<ArrowSchema>
    public let array: UnsafePointer<ArrowArray>

    public init(schema: UnsafePointer<ArrowSchema>, array: UnsafePointer<ArrowArray>) {
        self.schema = schema
        self.array = array
        count = Int(max(0, array.pointee.length))
    }

    /// Names and types of the columns.
    public var columns: [ColumnInfo] { ColumnInfo.list(of: schema) }

    /// The index of the first column of that name (by bytes); nil when there is none.
    public func index(of name: String) -> Int? {
        columns.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// The texts of a `u` column.
    public func text(_ name: String) throws(BatchError) -> TextColumn { try text(at: require(name)) }
    /// The values of an `l` column.
    public func int64(_ name: String) throws(BatchError) -> ValueColumn<Int64> { try int64(at: require(name)) }
    /// The values of a `g` column.
    public func double(_ name: String) throws(BatchError) -> ValueColumn<Double> { try double(at: require(name)) }
    /// The values of a `b` column.
    public func bool(_ name: String) throws(BatchError) -> BoolColumn { try bool(at: require(name)) }
    /// The values of a `tdD` column: days since 1970-01-01.
    public func date(_ name: String) throws(BatchError) -> ValueColumn<Int32> { try date(at: require(name)) }
    /// The values of a `tsu:UTC` column: microseconds since 1970 UTC.
    public func timestamp(_ name: String) throws(BatchError) -> ValueColumn<Int64> { try timestamp(at: require(name)) }

    /// The same by index.
    public func text(at index: Int) throws(BatchError) -> TextColumn { TextColumn(try part(index, .text)) }
    /// The same by index.
    public func int64(at index: Int) throws(BatchError) -> ValueColumn<Int64> { ValueColumn(try part(index, .int64)) }
    /// The same by index.
    public func double(at index: Int) throws(BatchError) -> ValueColumn<Double> {
        ValueColumn(try part(index, .double))
    }
    /// The same by index.
    public func bool(at index: Int) throws(BatchError) -> BoolColumn { BoolColumn(try part(index, .bool)) }
    /// The same by index.
    public func date(at index: Int) throws(BatchError) -> ValueColumn<Int32> { ValueColumn(try part(index, .date)) }
    /// The same by index.
    public func timestamp(at index: Int) throws(BatchError) -> ValueColumn<Int64> {
        ValueColumn(try part(index, .timestamp))
    }

    private func require(_ name: String) throws(BatchError) -> Int {
        guard let index = index(of: name) else { throw BatchError("column '\(name)' is missing in the batch") }
        return index
    }

    private func part(_ index: Int, _ kind: ColumnInfo.Kind) throws(BatchError) -> ColumnPart {
        guard index >= 0, index < Int(schema.pointee.n_children), index < Int(array.pointee.n_children),
            let column = schema.pointee.children?[index].map({ ColumnInfo($0) }),
            let data = array.pointee.children?[index]?.pointee
        else { throw BatchError("the batch has no column \(index)") }
        guard column.kind == kind else {
            throw BatchError(
                "column '\(column.name)' came as \(column.kind?.rawValue ?? "an unknown format"), "
                    + "not as \(kind.rawValue)")
        }
        guard let part = ColumnPart(data, rows: count, offset: Int(array.pointee.offset), hasBytes: kind == .text)
        else {
            throw BatchError("column '\(column.name)' lacks buffers")
        }
        return part
    }
}

/// A batch lacks a column, or has it in another type.
public struct BatchError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
