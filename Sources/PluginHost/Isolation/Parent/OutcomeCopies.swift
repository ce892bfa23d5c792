import CTessera
import Synchronization

/// Private memory for outcomes that a child has written where it can still write.
struct OutcomeCopies: ~Copyable {
    private var memory: UnsafeMutablePointer<tessera_outcome>?
    private var capacity = 0

    init() {}

    deinit { memory?.deallocate() }

    /// Copies what the child has counted so far, at most `rows`.
    mutating func take(from output: SharedMemory?, rows: Int) -> UnsafeMutableBufferPointer<tessera_outcome> {
        guard let output, rows > 0 else { return UnsafeMutableBufferPointer(start: nil, count: 0) }
        let counter = UnsafePointer<Atomic<UInt64>>(OpaquePointer(output.base))
        let counted = Int(clamping: counter.pointee.load(ordering: .acquiring))
        let count = min(counted, rows, (output.size - Lane.outputHead) / 24)
        if count > capacity || memory == nil {
            memory?.deallocate()
            memory = .allocate(capacity: max(count, 8192))
            capacity = max(count, 8192)
        }
        guard let memory else { return UnsafeMutableBufferPointer(start: nil, count: 0) }
        UnsafeMutableRawPointer(memory).copyMemory(from: output.base + Lane.outputHead, byteCount: count * 24)
        // A pointer of the other process means nothing here.
        for index in 0..<count { memory[index].error = nil }
        return UnsafeMutableBufferPointer(start: memory, count: count)
    }
}
