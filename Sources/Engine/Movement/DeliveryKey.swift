import Crypto

/// The idempotency key of a member at a tile (DESIGN.md 4, "Delivery guarantee"): lower-case hex of the first 16 bytes of
/// SHA-256 over `tessera-key-1`, workspace id, journey id, tile id, entry number and member key, joined by 0x00.
///
/// One value for one tile; it reuses its buffer, so it belongs to one thread at a time.
struct DeliveryKey {
    private var message: [UInt8]
    private let prefixCount: Int
    private var digest = [UInt8](repeating: 0, count: 32)
    private static let digits = Array("0123456789abcdef".utf8)

    init(workspaceID: String, journeyID: String, tileID: String) {
        message = Array("tessera-key-1\0\(workspaceID)\0\(journeyID)\0\(tileID)\0".utf8)
        prefixCount = message.count
    }

    /// Writes the 32 hex digits for a member's entry into `output`, which has room for 32 bytes.
    mutating func write(entry: Int32, member: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
        message.removeSubrange(prefixCount...)
        message.append(contentsOf: String(entry).utf8)
        message.append(0)
        message.append(contentsOf: member)
        message.withUnsafeBytes { message in
            digest.withUnsafeMutableBufferPointer { digest in
                if let base = digest.baseAddress { Crypto.sha256(message, into: base) }
            }
        }
        for index in 0..<16 {
            output[2 * index] = DeliveryKey.digits[Int(digest[index] >> 4)]
            output[2 * index + 1] = DeliveryKey.digits[Int(digest[index] & 15)]
        }
    }

    /// The key as text.
    mutating func text(entry: Int32, member: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        var member = member
        member.withUTF8 { member in
            bytes.withUnsafeMutableBytes { write(entry: entry, member: UnsafeRawBufferPointer(member), into: $0) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
