/// An answer that came over a connection which was closed after it.
struct HTTPAnswer {
    var status: Int
    var body: [UInt8]

    private static let cut = GatewayClient.Failure(
        description: "the connection ended before the answer was complete: look whether the gateway still runs")
    private static let foreign = GatewayClient.Failure(
        description: "what answers there does not speak HTTP/1.1: is it a gateway?")

    init(_ bytes: [UInt8]) throws(GatewayClient.Failure) {
        guard !bytes.isEmpty else { throw Self.cut }
        guard let end = Self.find([13, 10, 13, 10], in: bytes[...]) else {
            throw bytes.starts(with: "HTTP/1.".utf8) ? Self.cut : Self.foreign
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { throw Self.foreign }
        var length: Int?
        var isChunked = false
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop { $0 == " " }
            switch parts[0].lowercased() {
            case "content-length": length = Int(value)
            case "transfer-encoding": isChunked = value.lowercased().hasSuffix("chunked")
            default: break
            }
        }
        let rest = bytes[(end + 4)...]
        self.status = status
        if isChunked {
            body = try Self.joinChunks(rest)
        } else if let length {
            guard length >= 0, rest.count >= length else { throw Self.cut }
            body = Array(rest.prefix(length))
        } else {
            body = Array(rest)
        }
    }

    private static func joinChunks(_ bytes: ArraySlice<UInt8>) throws(GatewayClient.Failure) -> [UInt8] {
        var joined: [UInt8] = []
        var rest = bytes
        while let end = find([13, 10], in: rest) {
            let digits = String(decoding: rest[rest.startIndex..<end].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
            guard let size = Int(digits, radix: 16), size >= 0 else { throw foreign }
            if size == 0 { return joined }
            let chunk = rest[(end + 2)...]
            guard chunk.count - 2 >= size else { throw cut }
            joined += chunk.prefix(size)
            rest = chunk.dropFirst(size + 2)
        }
        throw cut
    }

    private static func find(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= pattern.count else { return nil }
        return (bytes.startIndex...(bytes.endIndex - pattern.count)).first { bytes[$0...].starts(with: pattern) }
    }
}
