import Glibc
import Platform

/// Memory that a plugin is lent for one call, on pages of its own: read-only while it is lent, inaccessible afterwards for
/// good, and with an inaccessible page behind its end. So a plugin that breaks a rule of memory is caught in the act.
final class GuardedMemory: @unchecked Sendable {
    /// What the memory is, for the finding.
    enum Kind: UInt8, CaseIterable {
        case batch, schema, call, config, openCall, request, answer

        var name: String {
            switch self {
            case .batch: "the batch"
            case .schema: "the schema"
            case .call: "the call"
            case .config: "the config"
            case .openCall: "the open call"
            case .request: "the request"
            case .answer: "the answer"
            }
        }
    }

    /// Writable until `lend`.
    let pointer: UnsafeMutableRawPointer
    /// Bytes in use, from `pointer`.
    let size: Int
    private let pages: UnsafeMutableRawPointer
    private let length: Int
    private let index: Int

    static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
    /// One thread at a time makes memory.
    private static let making = Monitor(())

    /// - Parameters:
    ///   - size: bytes; they end at the end of a page, but for what the alignment asks.
    init(_ kind: Kind, size: Int, alignment: Int = 8) {
        let rounded = (max(size, 1) + alignment - 1) / alignment * alignment
        let length = (rounded + Self.pageSize - 1) / Self.pageSize * Self.pageSize
        self.length = length
        self.size = size
        let made = Self.making.withLock { _ -> (UnsafeMutableRawPointer, Int) in
            guard let pages = mmap(nil, length + Self.pageSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                pages != MAP_FAILED
            else { preconditionFailure("out of memory") }
            mprotect(pages, length, PROT_READ | PROT_WRITE)
            let start = UInt(bitPattern: pages)
            let index = FaultCatcher.add(
                FaultCatcher.Region(
                    start: start, end: start + UInt(length), limit: start + UInt(length + Self.pageSize),
                    kind: kind.rawValue, state: 0))
            return (pages, index)
        }
        (pages, index) = made
        pointer = pages + (length - rounded)
    }

    /// From now on it can be read only.
    func lend() {
        FaultCatcher.set(index, state: 1)
        mprotect(pages, length, PROT_READ)
    }

    /// From now on it can't be touched; the address is never used again.
    func takeBack() {
        FaultCatcher.set(index, state: 2)
        mprotect(pages, length, PROT_NONE)
        madvise(pages, length, MADV_DONTNEED)
    }
}

extension GuardedMemory {
    /// A struct in memory of its own.
    static func of<Value>(_ kind: Kind, _ value: Value) -> (memory: GuardedMemory, pointer: UnsafeMutablePointer<Value>)
    {
        let memory = GuardedMemory(kind, size: MemoryLayout<Value>.size)
        return (memory, memory.pointer.initializeMemory(as: Value.self, repeating: value, count: 1))
    }

    /// Bytes that end exactly where the accessible memory does: a reader who looks for a terminator is caught.
    static func of(_ kind: Kind, bytes: [UInt8]) -> GuardedMemory {
        let memory = GuardedMemory(kind, size: bytes.count, alignment: 1)
        bytes.withUnsafeBytes { if let base = $0.baseAddress { memcpy(memory.pointer, base, $0.count) } }
        return memory
    }
}
