import Glibc
import Journeys

/// Chosen rows as a new batch.
extension RecordBatch {
    /// The rows at these indices, in this order, repeats allowed. Copies columns one at a time; texts by memcpy.
    /// - Parameters:
    ///   - rows: each in 0 ..< count.
    ///   - columns: which columns, in which order; nil for all.
    ///   - schema: of the result, when it was made before.
    public func gather(
        rows: UnsafeBufferPointer<Int32>, columns indices: [Int]? = nil, schema: BatchSchema? = nil
    ) -> RecordBatch {
        // One pass that checks makes the copying below safe whatever the caller did.
        var outside = false
        let limit = UInt32(truncatingIfNeeded: count)
        for row in rows { outside = outside || UInt32(bitPattern: row) >= limit }
        precondition(!outside, "a row to gather is not in the batch")

        let indices = indices ?? Array(data.indices)
        let gathered = indices.map { gather(column: $0, rows: rows) }
        let isWhole = indices.elementsEqual(data.indices)
        let schema =
            schema ?? (isWhole ? self.schema : BatchSchema(columns: indices.map { self.schema.columns[$0] }))
        return RecordBatch(schema: schema, count: rows.count, data: gathered)
    }

    /// The same for an array of rows.
    public func gather(rows: [Int32], columns: [Int]? = nil, schema: BatchSchema? = nil) -> RecordBatch {
        rows.withUnsafeBufferPointer { gather(rows: $0, columns: columns, schema: schema) }
    }

    private func gather(column index: Int, rows: UnsafeBufferPointer<Int32>) -> ColumnData {
        let column = data[index]
        var result = ColumnData(validity: nil, nullCount: 0, values: column.values, bytes: nil)
        if let validity = column.validity {
            let bits = gatherBits(validity, rows: rows)
            let valid = BitView(base: UnsafePointer(bits.pointer.assumingMemoryBound(to: UInt8.self)))
                .popCount(rows.count)
            result.nullCount = rows.count - valid
            if valid != rows.count { result.validity = bits }
        }
        switch schema.columns[index].type {
        case .integer, .timestamp, .number:
            result.values = gatherValues(column.values, of: UInt64.self, rows: rows)
        case .date:
            result.values = gatherValues(column.values, of: UInt32.self, rows: rows)
        case .boolean:
            result.values = gatherBits(column.values, rows: rows)
        case .string:
            (result.values, result.bytes) = gatherText(utf8(index), rows: rows)
        }
        return result
    }

    private func gatherValues<Value: BitwiseCopyable>(
        _ buffer: ColumnBuffer, of: Value.Type, rows: UnsafeBufferPointer<Int32>
    ) -> ColumnBuffer {
        let result = ColumnBuffer(byteCount: rows.count * MemoryLayout<Value>.stride)
        let source = buffer.pointer.assumingMemoryBound(to: Value.self)
        let target = result.pointer.bindMemory(to: Value.self, capacity: rows.count)
        for index in 0..<rows.count { target[index] = source[Int(rows[index])] }
        return result
    }

    private func gatherBits(_ buffer: ColumnBuffer, rows: UnsafeBufferPointer<Int32>) -> ColumnBuffer {
        let result = ColumnBuffer(byteCount: (rows.count + 7) / 8)
        let source = BitView(base: UnsafePointer(buffer.pointer.assumingMemoryBound(to: UInt8.self)))
        let target = result.pointer.bindMemory(to: UInt8.self, capacity: result.byteCount)
        var byte: UInt8 = 0
        for index in 0..<rows.count {
            if source[Int(rows[index])] { byte |= 1 &<< UInt8(truncatingIfNeeded: index & 7) }
            if index & 7 == 7 {
                target[index >> 3] = byte
                byte = 0
            }
        }
        if rows.count & 7 != 0 { target[rows.count >> 3] = byte }
        return result
    }

    private func gatherText(_ text: Utf8View, rows: UnsafeBufferPointer<Int32>) -> (ColumnBuffer, ColumnBuffer) {
        let offsets = ColumnBuffer(byteCount: (rows.count + 1) * 4)
        let ends = offsets.pointer.bindMemory(to: Int32.self, capacity: rows.count + 1)
        var total = 0
        ends[0] = 0
        for index in 0..<rows.count {
            let row = Int(rows[index])
            total += Int(text.offsets[row + 1] &- text.offsets[row])
            // Repeated rows can make a batch larger than its source.
            precondition(total <= Int(Int32.max), "a column of more than 2 GiB of text")
            ends[index + 1] = Int32(truncatingIfNeeded: total)
        }
        let bytes = ColumnBuffer(byteCount: total)
        for index in 0..<rows.count {
            let cell = text[Int(rows[index])]
            guard let base = cell.baseAddress else { continue }
            memcpy(bytes.pointer + Int(ends[index]), base, cell.count)
        }
        return (offsets, bytes)
    }
}
