/// Takes a chunked answer apart into its lines as it comes, so that it need not fit into memory.
struct AnswerLines {
    private enum Place {
        case head
        /// The answer is no success: it is kept whole.
        case refusal
        case size
        /// Bytes of the chunk still to come, and of the line break behind it.
        case chunk(left: Int, ending: Int)
        case end
    }

    private var place = Place.head
    /// What is not taken yet: the head, a chunk's size.
    private var rest: [UInt8] = []
    private var line: [UInt8] = []
    /// The status of an answer that is none of lines.
    private(set) var refused: Int?

    /// The answer so far, when it was refused.
    var whole: [UInt8] { rest }
    var isComplete: Bool { if case .end = place { true } else { false } }

    /// The lines that end in the next bytes.
    mutating func lines(in bytes: ArraySlice<UInt8>) throws(GatewayClient.Failure) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var bytes = bytes
        while !bytes.isEmpty {
            switch place {
            case .head:
                rest += bytes
                bytes = []
                guard let end = Self.headEnd(rest) else { break }
                try readHead(String(decoding: rest[..<end], as: UTF8.self))
                if refused == nil {
                    bytes = rest[end...]
                    rest = []
                }
            case .refusal:
                guard rest.count < 1 << 20 else {
                    throw GatewayClient.Failure(description: "the answer is an error of more than 1 MB")
                }
                rest += bytes
                bytes = []
            case .size: try readSize(&bytes)
            case .chunk(let left, let ending):
                let taken = bytes.prefix(left)
                take(taken, &lines)
                let skipped = min(ending, bytes.count - taken.count)
                bytes = bytes.dropFirst(taken.count + skipped)
                let open = (left - taken.count, ending - skipped)
                place = open == (0, 0) ? .size : .chunk(left: open.0, ending: open.1)
            case .end: return lines
            }
        }
        return lines
    }

    private mutating func readHead(_ head: String) throws(GatewayClient.Failure) {
        let words = head.prefix { $0 != "\r\n" }.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw GatewayClient.Failure(
                description: "what answers there does not speak HTTP/1.1: is it a gateway?")
        }
        guard status == 200, head.lowercased().contains("transfer-encoding: chunked") else {
            refused = status
            place = .refusal
            return
        }
        place = .size
    }

    private mutating func readSize(_ bytes: inout ArraySlice<UInt8>) throws(GatewayClient.Failure) {
        while let byte = bytes.popFirst() {
            rest.append(byte)
            guard byte == 10 else { continue }
            let digits = String(decoding: rest.prefix { $0 != 13 && $0 != UInt8(ascii: ";") }, as: UTF8.self)
            guard let size = Int(digits, radix: 16), size >= 0 else {
                throw GatewayClient.Failure(description: "the answer is no chunked one: is it a gateway?")
            }
            rest = []
            place = size == 0 ? .end : .chunk(left: size, ending: 2)
            return
        }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, _ lines: inout [[UInt8]]) {
        var bytes = bytes
        while let end = bytes.firstIndex(of: 10) {
            lines.append(line + bytes[bytes.startIndex..<end])
            line = []
            bytes = bytes[(end + 1)...]
        }
        line += bytes
    }

    /// Where the body begins.
    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (0...(bytes.count - 4)).first { bytes[$0..<($0 + 4)].elementsEqual([13, 10, 13, 10]) }.map { $0 + 4 }
    }
}
