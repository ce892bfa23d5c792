/// A CIDR block: `10.1.0.0/16`, `fd00::/8`, or one address without a length.
public struct AddressBlock: Sendable, Hashable {
    private let network: IPAddress
    private let length: Int

    /// Nil unless the text is an address, with a length that its version has. Bits behind the length are ignored.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let network = IPAddress(first) else { return nil }
        let whole =
            switch network {
            case .v4: 32
            case .v6: 128
            }
        var length = whole
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]), given <= whole
            else { return nil }
            length = given
        }
        self.network = network
        self.length = length
    }

    /// Whether the address lies in the block. A block of one version holds no address of the other.
    public func contains(_ address: IPAddress) -> Bool {
        switch (network, address) {
        case (.v4(let a), .v4(let b)): length == 0 || (a ^ b) >> UInt32(32 - length) == 0
        case (.v6(let a), .v6(let b)): length == 0 || (a ^ b) >> UInt128(128 - length) == 0
        default: false
        }
    }
}
