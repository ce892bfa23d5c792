import Journeys

/// Where a URL leads: scheme, host and port. Secrets go to the origins of their own config only.
public struct Origin: Sendable, Hashable {
    /// `http` or `https`.
    public var scheme: String
    /// In lower case, an IPv6 address in brackets.
    public var host: String
    public var port: Int

    /// The origin of an absolute http or https URL; nil for anything else.
    public init?(url: String) {
        let bytes = Array(url.utf8)
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[colon...].starts(with: "://".utf8)
        else { return nil }
        scheme = Self.lowercased(bytes[..<colon])
        guard scheme == "http" || scheme == "https" else { return nil }
        // A backslash ends the authority too, as browsers and libcurl's URL parser disagree on it: refuse to guess.
        guard !bytes.contains(UInt8(ascii: "\\")) else { return nil }
        var authority = bytes[(colon + 3)...].prefix { !"/?#".utf8.contains($0) }
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) { authority = authority[(at + 1)...] }
        guard !authority.isEmpty else { return nil }

        var hostEnd = authority.endIndex
        if authority.first == UInt8(ascii: "[") {
            guard let bracket = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            hostEnd = bracket + 1
            guard hostEnd == authority.endIndex || authority[hostEnd] == UInt8(ascii: ":") else { return nil }
        } else if let portColon = authority.firstIndex(of: UInt8(ascii: ":")) {
            hostEnd = portColon
        }
        host = Self.lowercased(authority[..<hostEnd])
        guard !host.isEmpty else { return nil }

        let portText = authority[hostEnd...].dropFirst()
        if portText.isEmpty {
            port = scheme == "https" ? 443 : 80
        } else {
            guard portText.count <= 5, portText.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(String(decoding: portText, as: UTF8.self)), (1...65535).contains(number)
            else { return nil }
            port = number
        }
    }

    /// `https://host:port`, the port always written.
    public var text: String { "\(scheme)://\(host):\(port)" }

    private static func lowercased(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: ASCIICase.lowered(bytes), as: UTF8.self)
    }
}
