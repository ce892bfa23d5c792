/// What the URL of an endpoint must look like. Whether its host may be reached is the transport's to decide.
public enum EndpointURL {
    /// What is wrong with the text, with the remedy; nil when it can be used.
    public static func problem(in url: String) -> String? {
        let bytes = Array(url.utf8)
        if bytes.count > 2048 { return "url is at most 2,048 bytes long: shorten it" }
        if bytes.contains(where: { $0 <= 0x20 || $0 >= 0x7F || #""<>\^`{|}"#.utf8.contains($0) }) {
            return "url holds a space or a character that must be percent-encoded: encode it"
        }
        if bytes.contains(UInt8(ascii: "#")) { return "url must not have a fragment: remove '#' and what follows" }
        let scheme = ["https://", "http://"].first { scheme in
            bytes.count >= scheme.utf8.count && zip(bytes, scheme.utf8).allSatisfy { lowercased($0) == $1 }
        }
        guard let scheme else { return "url must begin with http:// or https://" }
        let authority = bytes.dropFirst(scheme.utf8.count).prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?")
        }
        if authority.contains(UInt8(ascii: "@")) {
            return "url must not hold credentials: put them into authorization"
        }
        guard let (host, port) = split(authority), isHost(host) else {
            return "url needs a host after \(scheme): a name or an address, IPv6 in brackets"
        }
        if let port, !isPort(port) { return "the port of url must be a number from 1 to 65535" }
        return nil
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Host and port; nil when brackets are open or something other than a port follows the host.
    private static func split(_ authority: ArraySlice<UInt8>) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>?)? {
        var end = authority.startIndex
        if authority.first == UInt8(ascii: "[") {
            guard let bracket = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            end = bracket + 1
        } else {
            end = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
        }
        if end == authority.endIndex { return (authority, nil) }
        guard authority[end] == UInt8(ascii: ":") else { return nil }
        return (authority[..<end], authority[(end + 1)...])
    }

    private static func isHost(_ host: ArraySlice<UInt8>) -> Bool {
        if host.first == UInt8(ascii: "[") {
            let address = host.dropFirst().dropLast()
            return address.contains(UInt8(ascii: ":"))
                && address.allSatisfy { isHex($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
        }
        return !host.isEmpty
            && host.allSatisfy {
                isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowercased($0))
                    || "-._~".utf8.contains($0)
            }
    }

    private static func isPort(_ port: ArraySlice<UInt8>) -> Bool {
        guard (1...5).contains(port.count), port.allSatisfy(isDigit) else { return false }
        return (1...65535).contains(port.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(lowercased(byte))
    }
}
