import CSQLite
import Glibc

/// What of a stored value fits a column's type.
enum CellReader {
    /// The bytes of a TEXT value that is UTF-8; nil for anything else. Borrowed until SQLite moves on.
    static func text(_ value: OpaquePointer?) -> UnsafeRawBufferPointer? {
        guard sqlite3_value_type(value) == SQLITE_TEXT, let text = sqlite3_value_text(value) else { return nil }
        let bytes = UnsafeRawBufferPointer(start: text, count: Int(sqlite3_value_bytes(value)))
        return isUTF8(bytes) ? bytes : nil
    }

    /// Whether bytes are UTF-8; quick where they are ASCII.
    @inline(__always)
    static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index &+ 8 <= bytes.count {
            if bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
                return isUTF8Slowly(bytes)
            }
            index &+= 8
        }
        while index < bytes.count {
            if bytes[index] >= 0x80 { return isUTF8Slowly(bytes) }
            index &+= 1
        }
        return true
    }

    private static func isUTF8Slowly(_ bytes: UnsafeRawBufferPointer) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }
}
