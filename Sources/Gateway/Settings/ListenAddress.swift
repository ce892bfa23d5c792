/// Where to listen: `127.0.0.1:8080`, `[::1]:8080`, `:8080` (every interface).
public struct ListenAddress: Sendable {
    public var host: String
    public var port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// - Throws: `SettingError` without the setting's name.
    public init(_ text: String) throws(SettingError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw SettingError("must read HOST:PORT, not '\(text)'")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw SettingError("must have its IPv6 address in brackets: [::1]:8080")
        }
        self.host = host.isEmpty ? "0.0.0.0" : host
        self.port = port
    }

    /// As a URL shows it.
    public var shown: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
