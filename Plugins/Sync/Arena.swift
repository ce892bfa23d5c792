import CTessera
import TesseraPluginKit

/// Memory that is handed out piece by piece and given back as a whole. One thread at a time.
final class Arena {
    private var blocks: [UnsafeMutableRawPointer] = []
    private var end: UnsafeMutableRawPointer?
    private var left = 0
    private static let blockSize = 64 * 1024

    deinit { for block in blocks { block.deallocate() } }

    /// Room for `count` values of a trivial type, not initialised.
    func allocate<Value: BitwiseCopyable>(_ type: Value.Type, _ count: Int) -> UnsafeMutablePointer<Value> {
        bytes(count * MemoryLayout<Value>.stride).bindMemory(to: Value.self, capacity: count)
    }

    /// A copy of borrowed text.
    func copy(_ text: tessera_str) -> tessera_str {
        let source = text.bytes
        guard let base = source.baseAddress, source.count > 0 else { return tessera_str(data: nil, length: 0) }
        let copy = bytes(source.count)
        copy.copyMemory(from: base, byteCount: source.count)
        return tessera_str(UnsafeRawBufferPointer(start: copy, count: source.count))
    }

    private func bytes(_ count: Int) -> UnsafeMutableRawPointer {
        let size = (max(1, count) + 7) & ~7
        if let end, size <= left {
            self.end = end + size
            left -= size
            return end
        }
        if size > Arena.blockSize / 4 {
            // A large piece gets a block of its own, and the present one goes on.
            let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
            blocks.append(block)
            return block
        }
        let block = UnsafeMutableRawPointer.allocate(byteCount: Arena.blockSize, alignment: 16)
        blocks.append(block)
        end = block + size
        left = Arena.blockSize - size
        return block
    }
}
