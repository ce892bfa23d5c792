import CTessera

extension GuardedMemory {
    /// A text that ends where the memory does.
    var text: tessera_str {
        tessera_str(data: UnsafePointer(pointer.assumingMemoryBound(to: CChar.self)), length: size)
    }
}

/// Texts, lists and structs that are lent together.
final class GuardedBundle {
    private var memory: [GuardedMemory] = []
    private let kind: GuardedMemory.Kind

    init(_ kind: GuardedMemory.Kind) { self.kind = kind }

    func text(_ string: String) -> tessera_str { text(Array(string.utf8)) }

    func text(_ bytes: [UInt8]) -> tessera_str {
        if bytes.isEmpty { return tessera_str() }
        let memory = GuardedMemory.of(kind, bytes: bytes)
        self.memory.append(memory)
        return memory.text
    }

    func list<Element>(_ elements: [Element]) -> UnsafePointer<Element>? {
        if elements.isEmpty { return nil }
        let alignment = MemoryLayout<Element>.alignment
        let block = GuardedMemory(kind, size: MemoryLayout<Element>.stride * elements.count, alignment: alignment)
        memory.append(block)
        let list = block.pointer.bindMemory(to: Element.self, capacity: elements.count)
        for (index, element) in elements.enumerated() { (list + index).initialize(to: element) }
        return UnsafePointer(list)
    }

    /// One struct.
    func value<Value>(_ value: Value) -> UnsafePointer<Value> {
        let made = GuardedMemory.of(kind, value)
        memory.append(made.memory)
        return UnsafePointer(made.pointer)
    }

    func lend() { memory.forEach { $0.lend() } }
    func takeBack() { memory.forEach { $0.takeBack() } }
}
