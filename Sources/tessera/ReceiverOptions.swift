/// The arguments of `tessera receiver`.
struct ReceiverOptions: Sendable {
    struct Misuse: Error {
        let message: String
    }

    var host = "127.0.0.1"
    var port: UInt16 = 9000
    var log: String?
    var isQuiet = false
    var wantsHelp = false
    /// 0: never.
    var failEvery = 0
    var failStatus = 503
    var retryAfter: Int?
    /// Microseconds.
    var delay: Int64 = 0

    init(_ arguments: [String]) throws(Misuse) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            switch name {
            case "--quiet": isQuiet = true
            case "--help", "-h": wantsHelp = true
            case "--listen": try listen(Self.value(of: name, &rest))
            case "--log": log = try Self.value(of: name, &rest)
            case "--fail-every": failEvery = try Self.number(of: name, &rest, 1...1_000_000_000)
            case "--status": failStatus = try Self.number(of: name, &rest, 200...599)
            case "--retry-after": retryAfter = try Self.number(of: name, &rest, 0...1_000_000)
            case "--delay-ms": delay = Int64(try Self.number(of: name, &rest, 0...600_000)) * 1000
            default: throw Misuse(message: "tessera receiver: unknown argument '\(name)'")
            }
        }
    }

    private mutating func listen(_ text: String) throws(Misuse) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw Misuse(message: "tessera receiver: --listen takes HOST:PORT, not '\(text)'")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        if !host.isEmpty { self.host = String(host) }
        self.port = port
    }

    private static func value(of name: String, _ rest: inout ArraySlice<String>) throws(Misuse) -> String {
        guard let value = rest.popFirst(), !value.isEmpty else {
            throw Misuse(message: "tessera receiver: \(name) needs a value")
        }
        return value
    }

    private static func number(
        of name: String, _ rest: inout ArraySlice<String>, _ range: ClosedRange<Int>
    ) throws(Misuse) -> Int {
        let text = try value(of: name, &rest)
        guard let number = Int(text), range.contains(number) else {
            throw Misuse(
                message: "tessera receiver: \(name) takes a number from \(range.lowerBound) to "
                    + "\(range.upperBound), not '\(text)'")
        }
        return number
    }
}
