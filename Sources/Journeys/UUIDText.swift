/// UUIDs as text.
public enum UUIDText {
    /// The UUID in lower case; nil unless it is 8-4-4-4-12 hex digits.
    public static func normalized(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for index in bytes.indices {
            switch (index, bytes[index]) {
            case (8, UInt8(ascii: "-")), (13, UInt8(ascii: "-")), (18, UInt8(ascii: "-")), (23, UInt8(ascii: "-")):
                break
            case (8, _), (13, _), (18, _), (23, _):
                return nil
            case (_, UInt8(ascii: "0")...UInt8(ascii: "9")), (_, UInt8(ascii: "a")...UInt8(ascii: "f")):
                break
            case (_, UInt8(ascii: "A")...UInt8(ascii: "F")):
                bytes[index] |= 0x20
            default:
                return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
