import CTessera
import Glibc

extension String {
    /// Copies lent text: at most `limit` bytes, broken UTF-8 repaired.
    public init(borrowed text: tessera_str, limit: Int = 1 << 20) {
        guard let data = text.data, text.length > 0 else {
            self = ""
            return
        }
        let bytes = UnsafeRawBufferPointer(start: data, count: Swift.min(text.length, limit))
        self = String(decoding: bytes, as: UTF8.self)
    }

    /// Copies a static text; nil when it is null, not ended within `limit` bytes, or not UTF-8.
    init?(table text: UnsafePointer<CChar>?, limit: Int) {
        guard let text else { return nil }
        let length = strnlen(text, limit + 1)
        guard length <= limit else { return nil }
        guard let copy = String(validating: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self) else {
            return nil
        }
        self = copy
    }

    /// Lends the text for the call.
    func withBorrowed<Result>(_ body: (tessera_str) throws -> Result) rethrows -> Result {
        var copy = self
        return try copy.withUTF8 { bytes in
            try bytes.withMemoryRebound(to: CChar.self) {
                try body(tessera_str(data: $0.baseAddress, length: $0.count))
            }
        }
    }
}

/// Text in memory of its own, for structs that are lent to plugins for longer than one call.
///
/// Sendable without a check because it is written in `init` only.
public final class LentText: @unchecked Sendable {
    /// Valid while this object lives.
    public let text: tessera_str
    private let bytes: UnsafeMutablePointer<CChar>

    public init(_ string: String) {
        let utf8 = Array(string.utf8)
        bytes = .allocate(capacity: max(1, utf8.count))
        for (index, byte) in utf8.enumerated() { bytes[index] = CChar(bitPattern: byte) }
        text = tessera_str(data: UnsafePointer(bytes), length: utf8.count)
    }

    deinit { bytes.deallocate() }
}
