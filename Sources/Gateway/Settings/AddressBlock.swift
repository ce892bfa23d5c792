import Glibc

/// Blocks of addresses as operators write them.
enum AddressBlock {
    /// Whether this is `127.0.0.0/8`, `fd00::/8`, or one address. What is mistyped shows at the start, not in the night.
    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var address = in6_addr()
        for (family, bits) in [(AF_INET, 32), (AF_INET6, 128)] where inet_pton(family, String(parts[0]), &address) == 1
        {
            return parts.count == 1 || Int(parts[1]).map { (0...bits).contains($0) } ?? false
        }
        return false
    }
}
