import TesseraPluginKit

/// Some rows of a copied column, measured.
struct PickedColumn {
    private let column: BatchCopy.Column
    private let rows: [Int]
    private let byteCount: Int

    init(_ column: BatchCopy.Column, _ rows: [Int]) {
        self.column = column
        self.rows = rows
        byteCount = column.kind == .text ? rows.reduce(0) { $0 + PickedColumn.text(column, $1).count } : 0
    }

    /// Each buffer begins at a multiple of 8.
    private static func padded(_ count: Int) -> Int { (count + 7) & ~7 }

    private static func text(_ column: BatchCopy.Column, _ row: Int) -> UnsafeRawBufferPointer {
        let offsets = column.values.assumingMemoryBound(to: Int32.self)
        let first = Int(offsets[row])
        return UnsafeRawBufferPointer(start: column.bytes.map { $0 + first }, count: Int(offsets[row + 1]) - first)
    }

    private var valueBytes: Int {
        switch column.kind {
        case .bool: (rows.count + 7) / 8
        case .int64, .double, .timestamp: rows.count * 8
        case .date: rows.count * 4
        case .text: (rows.count + 1) * 4
        }
    }

    var size: Int {
        PickedColumn.padded((rows.count + 7) / 8) + PickedColumn.padded(valueBytes) + PickedColumn.padded(byteCount)
    }

    func copy(to end: inout UnsafeMutableRawPointer) -> BatchCopy.Column {
        func take(_ count: Int) -> UnsafeMutableRawPointer {
            defer { end += PickedColumn.padded(count) }
            return end
        }
        var picked = column
        if let validity = column.validity {
            picked.validity = UnsafePointer(bits(validity, to: take((rows.count + 7) / 8)))
        }
        let values = take(valueBytes)
        picked.values = UnsafeRawPointer(values)
        switch column.kind {
        case .bool: _ = bits(column.values.assumingMemoryBound(to: UInt8.self), to: values)
        case .int64, .double, .timestamp: copy(8, to: values)
        case .date: copy(4, to: values)
        case .text:
            let bytes = take(byteCount)
            picked.bytes = UnsafeRawPointer(bytes)
            let offsets = values.bindMemory(to: Int32.self, capacity: rows.count + 1)
            var place = 0
            for (index, row) in rows.enumerated() {
                offsets[index] = Int32(place)
                let text = PickedColumn.text(column, row)
                if let base = text.baseAddress, !text.isEmpty {
                    (bytes + place).copyMemory(from: base, byteCount: text.count)
                }
                place += text.count
            }
            offsets[rows.count] = Int32(place)
        }
        return picked
    }

    private func copy(_ width: Int, to values: UnsafeMutableRawPointer) {
        for (index, row) in rows.enumerated() {
            (values + index * width).copyMemory(from: column.values + row * width, byteCount: width)
        }
    }

    private func bits(_ source: UnsafePointer<UInt8>, to memory: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt8>
    {
        let bits = memory.bindMemory(to: UInt8.self, capacity: (rows.count + 7) / 8)
        bits.initialize(repeating: 0, count: (rows.count + 7) / 8)
        for (index, row) in rows.enumerated() where source[row >> 3] >> UInt8(row & 7) & 1 != 0 {
            bits[index >> 3] |= 1 << UInt8(index & 7)
        }
        return bits
    }
}
