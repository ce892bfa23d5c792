/// Which addresses a delivery may connect to: public ones, and internal ones that the operator has allowed.
///
/// It judges the address that a socket is about to connect to, so that no name, redirect or second look-up gets around
/// it. Pure; any thread.
public struct AddressGuard: Sendable {
    private let allowed: [AddressBlock]

    /// Allows the blocks given, besides the public addresses.
    public init(allowed: [AddressBlock] = []) { self.allowed = allowed }

    /// Reads the setting `allow-destination`: CIDR blocks or addresses, separated by commas; white space around them is
    /// ignored.
    /// - Returns: the guard, and the parts that are no block: they allow nothing.
    public static func parse(_ setting: String) -> (guard: AddressGuard, misfits: [String]) {
        var allowed: [AddressBlock] = []
        var misfits: [String] = []
        for part in setting.split(separator: ",") {
            let text = part.filter { !$0.isWhitespace }
            if text.isEmpty { continue }
            if let block = AddressBlock(text) { allowed.append(block) } else { misfits.append(text) }
        }
        return (AddressGuard(allowed: allowed), misfits)
    }

    /// Nil when the address may be connected to; else what kind of address it is: "a loopback address".
    public func refusal(_ address: IPAddress) -> String? {
        let rules =
            switch address {
            case .v4: AddressGuard.rules4
            case .v6: AddressGuard.rules6
            }
        guard let rule = rules.first(where: { $0.block.contains(address) }), let kind = rule.refused else { return nil }
        return allowed.contains { $0.contains(address) } ? nil : kind
    }

    /// The first block that holds an address decides; in none of them an address is public.
    private struct Rule {
        let block: AddressBlock
        let refused: String?
    }

    private static func rules(_ table: KeyValuePairs<String, String?>) -> [Rule] {
        table.compactMap { text, refused in AddressBlock(text).map { Rule(block: $0, refused: refused) } }
    }

    /// The IANA registry of special-purpose IPv4 addresses, multicast and class E, and Azure's metadata service, which
    /// has a public address.
    private static let rules4 = rules([
        "0.0.0.0/8": "an unspecified address",
        "127.0.0.0/8": "a loopback address",
        "10.0.0.0/8": "a private address",
        "172.16.0.0/12": "a private address",
        "192.168.0.0/16": "a private address",
        "100.64.0.0/10": "a shared (carrier-grade NAT) address",
        "169.254.0.0/16": "a link-local address, where clouds keep their metadata",
        "168.63.129.16/32": "a cloud's metadata address",
        "192.0.0.0/24": "a reserved address",
        "192.0.2.0/24": "a documentation address",
        "192.88.99.0/24": "a reserved address",
        "198.18.0.0/15": "a benchmarking address",
        "198.51.100.0/24": "a documentation address",
        "203.0.113.0/24": "a documentation address",
        "224.0.0.0/4": "a multicast address",
        "240.0.0.0/4": "a reserved address",
    ])

    /// Only 2000::/3 is public, with exceptions. Addresses that carry an IPv4 address are refused whatever they carry:
    /// who has a real use for them (NAT64) allows the block.
    private static let rules6 = rules([
        "2001:db8::/32": "a documentation address",
        "3fff::/20": "a documentation address",
        "2001::/23": "a reserved (Teredo, ORCHID, benchmarking) address",
        "2002::/16": "an address that carries an IPv4 address (6to4)",
        "2000::/3": nil,
        "::1/128": "a loopback address",
        "::/128": "an unspecified address",
        "::ffff:0:0/96": "an address that carries an IPv4 address (mapped)",
        "64:ff9b::/32": "an address that carries an IPv4 address (NAT64)",
        "fc00::/7": "a private (unique local) address",
        "fe80::/10": "a link-local address",
        "ff00::/8": "a multicast address",
        "::/0": "a reserved address",
    ])
}
