import CCrypto

/// Base64 with the standard alphabet, by libcrypto.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        // EVP_EncodeBlock writes a terminator too.
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        text.removeLast(text.count - Int(max(0, count)))
        return text
    }

    /// Nil unless the text is base64; the padding may be missing.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var text = text
        while text.last == UInt8(ascii: "="), text.count % 4 == 0 || text.count % 4 == 3 { text.removeLast() }
        guard text.count % 4 != 1, text.allSatisfy(isDigit) else { return nil }
        let padding = (4 - text.count % 4) % 4
        text += [UInt8](repeating: UInt8(ascii: "="), count: padding)
        var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3)
        guard EVP_DecodeBlock(&bytes, text, Int32(text.count)) == Int32(bytes.count) else { return nil }
        bytes.removeLast(padding)
        return bytes
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
