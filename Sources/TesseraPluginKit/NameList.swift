import CTessera

/// Names as the C side reads them, valid while this object lives: branches and columns of an instance, headers.
///
/// Sendable without a check because it is written in `init` only.
public final class NameList: @unchecked Sendable {
    public let count: Int
    /// The names, in order.
    public let pointer: UnsafePointer<tessera_str>

    private let bytes: UnsafeMutableRawPointer
    private let texts: UnsafeMutablePointer<tessera_str>

    public init(_ names: [String]) {
        count = names.count
        bytes = .allocate(byteCount: max(1, names.reduce(0) { $0 + $1.utf8.count }), alignment: 1)
        texts = .allocate(capacity: max(1, names.count))
        var end = bytes
        for (index, name) in names.enumerated() {
            let length = name.utf8.count
            end.copyBytes(from: Array(name.utf8), count: length)
            (texts + index).initialize(to: tessera_str(UnsafeRawBufferPointer(start: end, count: length)))
            end += length
        }
        pointer = UnsafePointer(texts)
    }

    deinit {
        texts.deallocate()
        bytes.deallocate()
    }

    public subscript(index: Int) -> tessera_str {
        precondition(index >= 0 && index < count)
        return pointer[index]
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func copyBytes(from bytes: [UInt8], count: Int) {
        bytes.withUnsafeBytes { if let base = $0.baseAddress { copyMemory(from: base, byteCount: count) } }
    }
}
