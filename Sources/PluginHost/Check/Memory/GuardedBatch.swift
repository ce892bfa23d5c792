import CTessera
import Columns
import Glibc

/// A batch in guarded memory: each buffer and each table on pages of their own.
final class GuardedBatch {
    let schema: UnsafePointer<ArrowSchema>
    let array: UnsafePointer<ArrowArray>
    let rows: Int
    private let memory: [GuardedMemory]

    /// Copies a batch. Not lent yet.
    init(_ batch: RecordBatch) {
        var memory: [GuardedMemory] = []
        (schema, array) = batch.withArrow { schema, array in
            (Self.copy(schema, &memory), Self.copy(array, schema, rows: batch.count, &memory))
        }
        rows = batch.count
        self.memory = memory
    }

    func lend() { memory.forEach { $0.lend() } }
    func takeBack() { memory.forEach { $0.takeBack() } }

    /// A struct with its children behind it and pointers to them behind those.
    private static func tree<Table>(
        _ kind: GuardedMemory.Kind, children: Int, as type: Table.Type, _ memory: inout [GuardedMemory]
    ) -> (tables: UnsafeMutablePointer<Table>, pointers: UnsafeMutablePointer<UnsafeMutablePointer<Table>?>) {
        let size = MemoryLayout<Table>.stride
        let block = GuardedMemory(kind, size: size * (children + 1) + 8 * children)
        memory.append(block)
        let tables = block.pointer.bindMemory(to: Table.self, capacity: children + 1)
        let pointers = (block.pointer + size * (children + 1))
            .bindMemory(to: UnsafeMutablePointer<Table>?.self, capacity: children)
        for child in 0..<children { (pointers + child).initialize(to: tables + child + 1) }
        return (tables, pointers)
    }

    private static func copy(
        _ schema: UnsafePointer<ArrowSchema>, _ memory: inout [GuardedMemory]
    ) -> UnsafePointer<ArrowSchema> {
        let children = Int(schema.pointee.n_children)
        let (tables, pointers) = tree(.schema, children: children, as: ArrowSchema.self, &memory)
        tables.initialize(to: schema.pointee)
        tables.pointee.children = pointers
        for child in 0..<children {
            guard let column = schema.pointee.children[child]?.pointee, let name = column.name else { continue }
            let text = GuardedMemory.of(
                .schema, bytes: Array(UnsafeRawBufferPointer(start: name, count: strlen(name) + 1)))
            memory.append(text)
            (tables + child + 1).initialize(to: column)
            tables[child + 1].name = UnsafePointer(text.pointer.assumingMemoryBound(to: CChar.self))
        }
        return UnsafePointer(tables)
    }

    private static func copy(
        _ array: UnsafePointer<ArrowArray>, _ schema: UnsafePointer<ArrowSchema>, rows: Int,
        _ memory: inout [GuardedMemory]
    ) -> UnsafePointer<ArrowArray> {
        let children = Int(array.pointee.n_children)
        let (tables, pointers) = tree(.batch, children: children, as: ArrowArray.self, &memory)
        tables.initialize(to: array.pointee)
        tables.pointee.children = pointers
        tables.pointee.buffers = buffers([(nil, 0)], &memory)
        for child in 0..<children {
            guard let column = array.pointee.children[child]?.pointee, let old = column.buffers,
                let format = schema.pointee.children[child]?.pointee.format
            else { continue }
            var parts = [(old[0], (rows + 7) / 8), (old[1], valueBytes(String(cString: format), rows))]
            if column.n_buffers == 3 {
                let offsets = old[1]?.assumingMemoryBound(to: Int32.self)
                parts.append((old[2], Int(offsets?[rows] ?? 0)))
            }
            (tables + child + 1).initialize(to: column)
            tables[child + 1].buffers = buffers(parts, &memory)
        }
        return UnsafePointer(tables)
    }

    private static func buffers(
        _ parts: [(UnsafeRawPointer?, Int)], _ memory: inout [GuardedMemory]
    ) -> UnsafeMutablePointer<UnsafeRawPointer?> {
        let list = GuardedMemory(.batch, size: 8 * parts.count)
        memory.append(list)
        let pointers = list.pointer.bindMemory(to: UnsafeRawPointer?.self, capacity: parts.count)
        for (index, (bytes, count)) in parts.enumerated() {
            guard let bytes else {
                (pointers + index).initialize(to: nil)
                continue
            }
            // Values and bitmaps are aligned for words, text for nothing.
            let block = GuardedMemory(.batch, size: count, alignment: index == 2 ? 1 : 8)
            memory.append(block)
            memcpy(block.pointer, bytes, count)
            (pointers + index).initialize(to: UnsafeRawPointer(block.pointer))
        }
        return pointers
    }

    private static func valueBytes(_ format: String, _ rows: Int) -> Int {
        switch format {
        case "b": (rows + 7) / 8
        case "u": (rows + 1) * 4
        case "tdD": rows * 4
        default: rows * 8
        }
    }
}
