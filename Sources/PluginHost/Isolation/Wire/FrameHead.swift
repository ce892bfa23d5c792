/// What comes before the body of a frame: 24 bytes, in the machine's byte order since both ends run on one machine.
struct FrameHead {
    static let size = 24
    /// A body above it is no frame of ours.
    static let maxBody = 64 << 20
    private static let magic: UInt32 = 0x5431_4654

    var kind: FrameKind
    /// The call or request that it belongs to.
    var id: UInt64
    /// Bytes of the body.
    var length: Int

    func write(to bytes: UnsafeMutableRawBufferPointer) {
        bytes.storeBytes(of: Self.magic, as: UInt32.self)
        bytes.storeBytes(of: kind.rawValue, toByteOffset: 4, as: UInt16.self)
        bytes.storeBytes(of: 0, toByteOffset: 6, as: UInt16.self)
        bytes.storeBytes(of: id, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(of: UInt64(length), toByteOffset: 16, as: UInt64.self)
    }

    init(kind: FrameKind, id: UInt64, length: Int) {
        self.kind = kind
        self.id = id
        self.length = length
    }

    /// Checks every field: the bytes may come from a plugin that writes where it should not.
    init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
        guard bytes.load(as: UInt32.self) == Self.magic else { throw .broken("it does not begin as a frame does") }
        guard let kind = FrameKind(rawValue: bytes.load(fromByteOffset: 4, as: UInt16.self)) else {
            throw .broken("its kind is unknown")
        }
        let length = bytes.load(fromByteOffset: 16, as: UInt64.self)
        guard length <= UInt64(Self.maxBody) else { throw .broken("it is longer than \(Self.maxBody >> 20) MB") }
        self.kind = kind
        id = bytes.load(fromByteOffset: 8, as: UInt64.self)
        self.length = Int(length)
    }
}
