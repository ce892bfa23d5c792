import Journeys

/// Other choices of columns over the same memory.
extension RecordBatch {
    /// The columns at these indices, in this order; nothing is copied.
    public func selecting(columns indices: [Int]) -> RecordBatch {
        if indices.elementsEqual(data.indices) { return self }
        let schema = BatchSchema(columns: indices.map { columns[$0] })
        return RecordBatch(schema: schema, count: count, data: indices.map { data[$0] })
    }

    /// The same, under a schema made before: it must list the chosen columns. Saves making one for each batch.
    public func selecting(columns indices: [Int], schema: BatchSchema) -> RecordBatch {
        RecordBatch(schema: schema, count: count, data: indices.map { data[$0] })
    }

    /// This batch's columns followed by the other's, which must have as many rows; nothing is copied.
    /// - Parameter schema: of the result, when it was made before.
    public func appendingColumns(of other: RecordBatch, schema: BatchSchema? = nil) -> RecordBatch {
        precondition(other.count == count, "batches of \(count) and \(other.count) rows can't stand side by side")
        return RecordBatch(
            schema: schema ?? BatchSchema(columns: columns + other.columns), count: count, data: data + other.data)
    }
}
