import CTessera

/// The ArrowArray structs of one batch. Points into buffers that the batch keeps alive.
final class ArrowArrayBox {
    let pointer: UnsafePointer<ArrowArray>

    private let structs: UnsafeMutablePointer<ArrowArray>
    private let children: UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>
    private let buffers: UnsafeMutablePointer<UnsafeRawPointer?>

    init(count: Int, data: [RecordBatch.ColumnData]) {
        structs = .allocate(capacity: data.count + 1)
        children = .allocate(capacity: max(1, data.count))
        buffers = .allocate(capacity: 1 + 3 * data.count)
        buffers.initialize(to: nil)  // the rows themselves are never null
        for (index, column) in data.enumerated() {
            let own = buffers + 1 + 3 * index
            own.initialize(to: column.validity.map { UnsafeRawPointer($0.pointer) })
            (own + 1).initialize(to: UnsafeRawPointer(column.values.pointer))
            (own + 2).initialize(to: column.bytes.map { UnsafeRawPointer($0.pointer) })
            (structs + index + 1).initialize(
                to: ArrowArray(
                    length: Int64(count), null_count: Int64(column.nullCount), offset: 0,
                    n_buffers: column.bytes == nil ? 2 : 3, n_children: 0, buffers: own, children: nil,
                    dictionary: nil, release: { _ in }, private_data: nil))
            (children + index).initialize(to: structs + index + 1)
        }
        structs.initialize(
            to: ArrowArray(
                length: Int64(count), null_count: 0, offset: 0, n_buffers: 1, n_children: Int64(data.count),
                buffers: buffers, children: children, dictionary: nil, release: { _ in }, private_data: nil))
        pointer = UnsafePointer(structs)
    }

    deinit {
        buffers.deallocate()
        children.deallocate()
        structs.deallocate()
    }
}
