import CTessera
import TesseraPluginKit

/// The columns of a batch, copied, since the batch is lent for `run` only. All buffers lie in one piece of memory.
///
/// Sendable without a check because only `init` writes.
final class BatchCopy: @unchecked Sendable {
    struct Column {
        var kind: ColumnInfo.Kind
        var isJSON: Bool
        var isNullable: Bool
        /// Null when every row has a value.
        var validity: UnsafePointer<UInt8>?
        var values: UnsafeRawPointer
        /// Texts only.
        var bytes: UnsafeRawPointer?
    }

    let count: Int
    let columns: [Column]
    private let memory: UnsafeMutableRawPointer

    /// - Parameter columns: how many the batch must have: the reserved ones first, as `FieldMapping.columns` asks.
    /// - Throws: `BatchError` when columns or buffers are missing or of an unknown type.
    init(_ batch: Batch, columns wanted: Int) throws(BatchError) {
        let infos = batch.columns
        guard infos.count == wanted, Int(batch.array.pointee.n_children) == wanted, batch.array.pointee.offset == 0
        else { throw BatchError("the batch does not have the \(wanted) columns that were asked for") }
        var lent: [LentColumn] = []
        for (index, info) in infos.enumerated() {
            guard let kind = info.kind, let array = batch.array.pointee.children?[index],
                let column = LentColumn(array.pointee, kind, rows: batch.count)
            else { throw BatchError("column '\(info.name)' of the batch can't be read") }
            lent.append(column)
        }
        guard infos.count >= 3, infos[0].kind == .text, infos[1].kind == .text, infos[2].kind == .int64 else {
            throw BatchError("the reserved columns of the batch do not have their types")
        }
        count = batch.count
        memory = .allocate(byteCount: max(16, lent.reduce(0) { $0 + $1.size }), alignment: 16)
        var end = memory
        columns = zip(infos, lent).map { info, column in
            column.copy(info, to: &end)
        }
    }

    /// The reserved columns of one made-up row.
    init(member: String, key: String) {
        let texts = [Array(member.utf8), Array(key.utf8)]
        count = 1
        memory = .allocate(byteCount: 24 + texts.joined().count, alignment: 16)
        memory.storeBytes(of: 1, as: Int64.self)
        var columns: [Column] = []
        var bytes = memory + 24
        for (index, text) in texts.enumerated() {
            let offsets = memory + 8 + index * 8
            offsets.storeBytes(of: 0, as: Int32.self)
            offsets.storeBytes(of: Int32(text.count), toByteOffset: 4, as: Int32.self)
            text.withUnsafeBytes {
                bytes.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(offsets), byteCount: $0.count)
            }
            columns.append(Column(kind: .text, isJSON: false, isNullable: false, values: offsets, bytes: bytes))
            bytes += text.count
        }
        columns.append(Column(kind: .int64, isJSON: false, isNullable: false, values: memory))
        self.columns = columns
    }

    /// Some rows of another copy, in the order given.
    init(picking rows: [Int], from other: BatchCopy) {
        count = rows.count
        let picks = other.columns.map { PickedColumn($0, rows) }
        memory = .allocate(byteCount: max(16, picks.reduce(0) { $0 + $1.size }), alignment: 16)
        var end = memory
        columns = picks.map { $0.copy(to: &end) }
    }

    deinit { memory.deallocate() }
}

/// One column as it was lent, measured.
private struct LentColumn {
    let kind: ColumnInfo.Kind
    let rows: Int
    let validity: UnsafeRawPointer?
    let values: UnsafeRawPointer
    let valueBytes: Int
    let bytes: UnsafeRawPointer?
    let firstByte: Int
    let byteCount: Int

    init?(_ array: ArrowArray, _ kind: ColumnInfo.Kind, rows: Int) {
        guard array.offset == 0, array.length >= Int64(rows), let buffers = array.buffers,
            array.n_buffers >= (kind == .text ? 3 : 2), let values = buffers[1]
        else { return nil }
        self.kind = kind
        self.rows = rows
        validity = array.null_count == 0 ? nil : buffers[0]
        self.values = values
        switch kind {
        case .bool: valueBytes = (rows + 7) / 8
        case .int64, .double, .timestamp: valueBytes = rows * 8
        case .date: valueBytes = rows * 4
        case .text: valueBytes = (rows + 1) * 4
        }
        guard kind == .text else {
            bytes = nil
            firstByte = 0
            byteCount = 0
            return
        }
        firstByte = Int(values.loadUnaligned(as: Int32.self))
        let last = Int(values.loadUnaligned(fromByteOffset: rows * 4, as: Int32.self))
        guard firstByte >= 0, last >= firstByte else { return nil }
        byteCount = last - firstByte
        bytes = buffers[2]
        if byteCount > 0, bytes == nil { return nil }
    }

    /// Each buffer begins at a multiple of 8.
    private static func padded(_ count: Int) -> Int { (count + 7) & ~7 }

    var size: Int {
        LentColumn.padded((rows + 7) / 8) + LentColumn.padded(valueBytes) + LentColumn.padded(byteCount)
    }

    func copy(_ info: ColumnInfo, to end: inout UnsafeMutableRawPointer) -> BatchCopy.Column {
        func take(_ source: UnsafeRawPointer?, _ count: Int) -> UnsafeMutableRawPointer {
            defer { end += LentColumn.padded(count) }
            if let source, count > 0 { end.copyMemory(from: source, byteCount: count) }
            return end
        }
        let validity = validity.map { take($0, (rows + 7) / 8) }
        let values = take(values, valueBytes)
        var bytes: UnsafeRawPointer?
        if kind == .text {
            bytes = UnsafeRawPointer(take(self.bytes.map { $0 + firstByte }, byteCount))
            if firstByte != 0 {
                let offsets = values.bindMemory(to: Int32.self, capacity: rows + 1)
                for row in 0...rows { offsets[row] -= Int32(firstByte) }
            }
        }
        return BatchCopy.Column(
            kind: kind, isJSON: info.isJSON, isNullable: info.isNullable,
            validity: validity.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }, values: values,
            bytes: bytes)
    }
}
