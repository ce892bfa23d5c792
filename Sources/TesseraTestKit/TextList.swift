import CTessera

/// Texts in C form, valid while this object lives. Written in `init` only.
final class TextList: @unchecked Sendable {
    private let texts: [tessera_str]

    init(_ strings: [String]) {
        texts = strings.map { string in
            let bytes = Array(string.utf8)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
            for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: CChar(bitPattern: byte)) }
            (copy + bytes.count).initialize(to: 0)
            return tessera_str(data: copy, length: bytes.count)
        }
    }

    deinit { texts.forEach { $0.data?.deallocate() } }

    subscript(index: Int) -> tessera_str { texts[index] }
}
