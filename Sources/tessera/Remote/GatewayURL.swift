/// Where a gateway answers: `http://127.0.0.1:8080`, `https://[::1]:8443`.
struct GatewayURL {
    var host: String
    var port: UInt16
    var isSecure: Bool

    init(_ text: String) throws(Options.Misuse) {
        isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else { throw Self.misuse(text) }
        var rest = text.dropFirst(isSecure ? "https://".count : "http://".count)
        if rest.hasSuffix("/") { rest.removeLast() }
        var port: Substring?
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            let after = rest[rest.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw Self.misuse(text) }
            port = after.isEmpty ? nil : after.dropFirst()
        } else {
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw Self.misuse(text) }
            host = String(parts.first ?? "")
            port = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }),
            let number = port.map({ UInt16($0) }) ?? (isSecure ? 443 : 80)
        else { throw Self.misuse(text) }
        self.port = number
    }

    private static func misuse(_ text: String) -> Options.Misuse {
        Options.Misuse(message: "--url must read http://HOST:PORT or https://HOST:PORT, not '\(text)'")
    }

    /// As the `Host` header and messages show it.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
