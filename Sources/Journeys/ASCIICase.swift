/// Texts whose ASCII letters of either case are the same; all other bytes are as they stand, as in SQLite.
public enum ASCIICase {
    public static func lowered(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
}
