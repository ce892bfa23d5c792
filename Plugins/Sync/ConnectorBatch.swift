import CTessera
import TesseraPluginKit

/// What a connector's `build` gets: `$member`, `$key`, `$attempt`, then one column for each destination field. Columns
/// point into the copy of the tile's batch; constants are repeated. Lives for one `build`.
final class ConnectorBatch {
    let schema: UnsafePointer<ArrowSchema>
    let array: UnsafePointer<ArrowArray>

    private let arena = Arena()

    /// Rows `rows` of the copy, with offset 0 as everything that is lent.
    init(_ mapping: FieldMapping, _ copy: BatchCopy, rows: Range<Int>) {
        let count = mapping.names.count
        let schemas = arena.allocate(UnsafeMutablePointer<ArrowSchema>?.self, count)
        let arrays = arena.allocate(UnsafeMutablePointer<ArrowArray>?.self, count)
        for index in 0..<count {
            let source = mapping.sources[index]
            let column =
                if source >= 0 {
                    ConnectorBatch.slice(copy.columns[source], rows, arena)
                } else if case .constant(let constant) = mapping.fields[index - FieldMapping.reserved.count].source {
                    ConnectorBatch.repeated(constant, rows.count, arena)
                } else {
                    ConnectorBatch.repeated(.null, rows.count, arena)
                }
            schemas[index] = ConnectorBatch.schema(of: column, name: mapping.names[index], arena)
            arrays[index] = ConnectorBatch.array(of: column, rows: rows.count, arena)
        }
        let structSchema = arena.allocate(ArrowSchema.self, 1)
        structSchema.initialize(
            to: ArrowSchema(
                format: StaticText.structFormat, name: StaticText.empty, metadata: nil, flags: 0,
                n_children: Int64(count), children: schemas, dictionary: nil, release: nil, private_data: nil))
        let noValidity = arena.allocate(UnsafeRawPointer?.self, 1)
        noValidity.initialize(to: nil)
        let structArray = arena.allocate(ArrowArray.self, 1)
        structArray.initialize(
            to: ArrowArray(
                length: Int64(rows.count), null_count: 0, offset: 0, n_buffers: 1, n_children: Int64(count),
                buffers: noValidity, children: arrays, dictionary: nil, release: nil, private_data: nil))
        schema = UnsafePointer(structSchema)
        array = UnsafePointer(structArray)
    }

    /// Rows of a column. Values and offsets are pointed to where they lie; bits are moved when they don't begin a byte.
    private static func slice(_ column: BatchCopy.Column, _ rows: Range<Int>, _ arena: Arena) -> BatchCopy.Column {
        var part = column
        part.validity = column.validity.map { bits($0, rows, arena) }
        switch column.kind {
        case .bool:
            part.values = UnsafeRawPointer(bits(column.values.assumingMemoryBound(to: UInt8.self), rows, arena))
        case .int64, .double, .timestamp: part.values += rows.lowerBound * 8
        case .date, .text: part.values += rows.lowerBound * 4
        }
        return part
    }

    private static func bits(
        _ source: UnsafePointer<UInt8>, _ rows: Range<Int>, _ arena: Arena
    ) -> UnsafePointer<UInt8> {
        if rows.lowerBound % 8 == 0 { return source + rows.lowerBound / 8 }
        let bytes = (rows.count + 7) / 8
        let moved = arena.allocate(UInt8.self, bytes)
        moved.initialize(repeating: 0, count: bytes)
        for (index, row) in rows.enumerated() where source[row >> 3] >> UInt8(row & 7) & 1 != 0 {
            moved[index >> 3] |= 1 << UInt8(index & 7)
        }
        return UnsafePointer(moved)
    }

    private static func repeated(_ constant: Constant, _ rows: Int, _ arena: Arena) -> BatchCopy.Column {
        switch constant {
        case .null:
            var column = texts([], rows, arena)
            let none = arena.allocate(UInt8.self, (rows + 7) / 8)
            none.initialize(repeating: 0, count: (rows + 7) / 8)
            column.validity = UnsafePointer(none)
            column.isNullable = true
            return column
        case .bool(let bool):
            let values = arena.allocate(UInt8.self, (rows + 7) / 8)
            values.initialize(repeating: bool ? 0xFF : 0, count: (rows + 7) / 8)
            return column(.bool, UnsafeRawPointer(values))
        case .integer(let integer):
            let values = arena.allocate(Int64.self, rows)
            values.initialize(repeating: integer, count: rows)
            return column(.int64, UnsafeRawPointer(values))
        case .number(let number):
            let values = arena.allocate(Double.self, rows)
            values.initialize(repeating: number, count: rows)
            return column(.double, UnsafeRawPointer(values))
        case .text(let text): return texts(text, rows, arena)
        case .json(let text):
            var column = texts(text, rows, arena)
            column.isJSON = true
            return column
        }
    }

    private static func column(_ kind: ColumnInfo.Kind, _ values: UnsafeRawPointer) -> BatchCopy.Column {
        BatchCopy.Column(kind: kind, isJSON: false, isNullable: false, validity: nil, values: values, bytes: nil)
    }

    private static func texts(_ text: [UInt8], _ rows: Int, _ arena: Arena) -> BatchCopy.Column {
        let offsets = arena.allocate(Int32.self, rows + 1)
        let bytes = arena.allocate(UInt8.self, max(1, rows * text.count))
        text.withUnsafeBufferPointer { text in
            for row in 0..<rows {
                offsets[row] = Int32(row * text.count)
                if let base = text.baseAddress, text.count > 0 {
                    (bytes + row * text.count).initialize(from: base, count: text.count)
                }
            }
        }
        offsets[rows] = Int32(rows * text.count)
        var column = column(.text, UnsafeRawPointer(offsets))
        column.bytes = UnsafeRawPointer(bytes)
        return column
    }

    private static func schema(
        of column: BatchCopy.Column, name: UnsafePointer<CChar>, _ arena: Arena
    ) -> UnsafeMutablePointer<ArrowSchema> {
        let schema = arena.allocate(ArrowSchema.self, 1)
        schema.initialize(
            to: ArrowSchema(
                format: StaticText.format(column.kind), name: name,
                metadata: column.isJSON ? StaticText.jsonMetadata : nil,
                flags: column.isNullable ? Int64(ARROW_FLAG_NULLABLE) : 0, n_children: 0, children: nil,
                dictionary: nil,
                release: nil, private_data: nil))
        return schema
    }

    private static func array(
        of column: BatchCopy.Column, rows: Int, _ arena: Arena
    ) -> UnsafeMutablePointer<ArrowArray> {
        let buffers = arena.allocate(UnsafeRawPointer?.self, 3)
        buffers[0] = column.validity.map { UnsafeRawPointer($0) }
        buffers[1] = column.values
        buffers[2] = column.bytes
        let array = arena.allocate(ArrowArray.self, 1)
        array.initialize(
            to: ArrowArray(
                length: Int64(rows), null_count: column.validity == nil ? 0 : -1, offset: 0,
                n_buffers: column.kind == .text ? 3 : 2, n_children: 0, buffers: buffers, children: nil,
                dictionary: nil,
                release: nil, private_data: nil))
        return array
    }
}
