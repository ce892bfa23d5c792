import CTessera
import Columns
import Glibc
import Journeys

/// How a cargo's columns become the batch that a tile asked for.
struct ColumnBinding {
    private let modelColumns: [Int]
    private let reserved: [Column]
    private let isReservedOnly: Bool
    /// Position of each asked column in model columns followed by reserved ones.
    private let order: [Int]
    private let modelSchema: BatchSchema
    private let reservedSchema: BatchSchema
    private let schema: BatchSchema

    static let reservedColumns: [Column] = [
        Column(name: TESSERA_COLUMN_KEY, type: .string, nullable: false),
        Column(name: TESSERA_COLUMN_ATTEMPT, type: .integer, nullable: false),
        Column(name: TESSERA_COLUMN_ARRIVED_AT, type: .timestamp, nullable: false),
    ]

    /// - Parameters:
    ///   - names: the columns that the tile asked for.
    ///   - layout: the columns of every cargo of the run, `$member` first.
    /// - Returns: nil when a column is neither reserved nor in the layout.
    init?(_ names: [String], layout: [Column]) {
        var modelColumns: [Int] = []
        var reserved: [Column] = []
        var places: [(isReserved: Bool, position: Int)] = []
        for name in names {
            if let column = Self.reservedColumns.first(where: { $0.name == name }) {
                places.append((true, reserved.count))
                reserved.append(column)
            } else if let position = layout.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                places.append((false, modelColumns.count))
                modelColumns.append(position)
            } else {
                return nil
            }
        }
        self.modelColumns = modelColumns
        self.reserved = reserved
        isReservedOnly = modelColumns.isEmpty
        order = places.map { $0.isReserved ? modelColumns.count + $0.position : $0.position }
        let taken = modelColumns.map { layout[$0] }
        modelSchema = BatchSchema(columns: taken)
        reservedSchema = BatchSchema(columns: reserved)
        schema = BatchSchema(columns: order.map { (taken + reserved)[$0] })
    }

    /// The batch for these rows of a cargo: the columns that the tile named, in its order.
    func batch(_ parcel: Parcel, key: inout DeliveryKey) -> RecordBatch {
        if order.isEmpty { return .empty(count: parcel.rows.count) }
        let cargo = parcel.cargo
        if reserved.isEmpty { return attributes(parcel) }
        let builder = BatchBuilder(schema: reservedSchema, capacity: parcel.rows.count)
        for (column, definition) in reserved.enumerated() {
            switch definition.name {
            case TESSERA_COLUMN_ATTEMPT:
                for row in parcel.rows { builder.append(int64: Int64(cargo.attempt[Int(row)]), to: column) }
            case TESSERA_COLUMN_ARRIVED_AT:
                for row in parcel.rows { builder.append(timestamp: cargo.arrivedAt[Int(row)], to: column) }
            default:
                withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { text in
                    for row in parcel.rows {
                        key.write(entry: cargo.entry[Int(row)], member: cargo.keys[Int(row)], into: text)
                        builder.append(utf8: UnsafeRawBufferPointer(text), to: column)
                    }
                }
            }
        }
        let extra = builder.finish()
        if isReservedOnly { return extra.selecting(columns: order, schema: schema) }
        return attributes(parcel).appendingColumns(of: extra).selecting(columns: order, schema: schema)
    }

    private func attributes(_ parcel: Parcel) -> RecordBatch {
        let batch = parcel.cargo.batch
        // Rows of a parcel are distinct, so as many as the batch has, in order, are the batch itself.
        if parcel.rows.count == batch.count, parcel.rows.indices.allSatisfy({ parcel.rows[$0] == Int32($0) }) {
            return batch.selecting(columns: modelColumns, schema: modelSchema)
        }
        return batch.gather(rows: parcel.rows, columns: modelColumns, schema: modelSchema)
    }
}
