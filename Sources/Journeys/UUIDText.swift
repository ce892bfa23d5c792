/// UUIDs as text.
public enum UUIDText {
    /// The UUID in lower case; nil unless it is 8-4-4-4-12 hex digits.
    public static func normalized(_ text: String) -> String? {
        guard isOne(text.utf8) else { return nil }
        // Digits and hyphens have that bit already.
        return String(decoding: text.utf8.map { $0 | 0x20 }, as: UTF8.self)
    }

    /// Whether it is 8-4-4-4-12 hex digits, in any case.
    public static func isOne(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count == 36 else { return false }
        var index = 0
        for byte in bytes {
            let isHyphen = byte == UInt8(ascii: "-")
            switch (index, byte) {
            case (8, _), (13, _), (18, _), (23, _): if !isHyphen { return false }
            case (_, UInt8(ascii: "0")...UInt8(ascii: "9")), (_, UInt8(ascii: "a")...UInt8(ascii: "f")),
                (_, UInt8(ascii: "A")...UInt8(ascii: "F")):
                break
            default: return false
            }
            index += 1
        }
        return true
    }
}
