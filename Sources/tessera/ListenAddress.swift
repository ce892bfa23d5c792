/// Where to listen: `127.0.0.1:8080`, `[::1]:8080`, `:8080` (every interface).
struct ListenAddress {
    var host: String
    var port: UInt16

    init(_ text: String) throws(Options.Misuse) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw Options.Misuse(message: "--listen must read HOST:PORT, not '\(text)'")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw Options.Misuse(message: "put the IPv6 address of --listen in brackets: [::1]:8080")
        }
        self.host = host.isEmpty ? "0.0.0.0" : host
        self.port = port
    }

    /// As a URL shows it.
    func shown(port: UInt16) -> String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
