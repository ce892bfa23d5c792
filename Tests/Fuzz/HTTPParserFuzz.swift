import Glibc

// What libFuzzer calls: reads the input as a server reads a connection, requests one after the other, and does so twice, whole
// and in pieces. It ends the process when a range lies outside of the input or the two readings differ; AddressSanitizer and
// Swift's own checks watch everything else. Compiled with the parser's sources by Tests/Proofs/fuzz.py.

/// A reading: what was read so far and how it ended, as numbers that are cheap to compare.
private struct Reading: Equatable {
    enum End: Equatable {
        case incomplete
        case refused(Int)
    }
    var messages = 0
    var end = End.incomplete
    /// FNV-1a over methods, fields and bodies.
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a range outside of the input")
        for index in range { digest = (digest ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        digest = (digest ^ 0x100) &* 0x100_0000_01b3
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer, _ parser: HeadParser) {
        precondition(parser.count <= bytes.count && !(parser.isChunked && parser.contentLength != nil))
        precondition(parser.host != nil || parser.minorVersion == 0)
        add(bytes, parser.target)
        add(bytes, parser.path)
        if let query = parser.query { add(bytes, query) }
        for field in parser.fields {
            add(bytes, Int(field.nameStart)..<Int(field.nameStart + field.nameCount))
            add(bytes, Int(field.valueStart)..<Int(field.valueStart + field.valueCount))
        }
    }
}

/// Small, so that short inputs, which are fast, reach them.
private let limits = HeadParser.Limits(bytes: 384, fields: 8, requestLine: 96)

/// Reads requests while `bytes` last. `pieces` says where what has come ends, the last time at the end of all.
private func read(_ bytes: UnsafeRawBufferPointer, pieces: [Int]) -> Reading {
    var reading = Reading()
    var start = 0
    while start < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        do throws(HTTPFault) {
            var parser = HeadParser(limits: limits)
            guard try head(rest, &parser, pieces: pieces.map { $0 - start }) else { return reading }
            reading.add(rest, parser)
            start += parser.count
            let body = UnsafeRawBufferPointer(rebasing: bytes[start...])
            let length = parser.contentLength ?? 0
            if parser.isChunked {
                guard let end = try chunks(body, &reading, pieces: pieces.map { $0 - start }) else { return reading }
                start += end
            } else if length > body.count {
                reading.add(body, 0..<body.count)
                return reading
            } else {
                reading.add(body, 0..<length)
                start += length
            }
        } catch {
            reading.end = .refused(error.status)
            return reading
        }
        reading.messages += 1
    }
    return reading
}

private func head(_ bytes: UnsafeRawBufferPointer, _ parser: inout HeadParser, pieces: [Int]) throws(HTTPFault) -> Bool
{
    for end in pieces where end > 0 {
        if try parser.parse(UnsafeRawBufferPointer(rebasing: bytes[..<end])) { return true }
    }
    return false
}

/// Where the body ends; nil when it does not. Data is added when it is all there, as pieces cut it differently.
private func chunks(_ bytes: UnsafeRawBufferPointer, _ reading: inout Reading, pieces: [Int]) throws(HTTPFault) -> Int?
{
    var decoder = ChunkedDecoder()
    var body: [UInt8] = []
    defer { body.withUnsafeBytes { reading.add($0, 0..<$0.count) } }
    var offset = 0
    for end in pieces where end > offset {
        let present = UnsafeRawBufferPointer(rebasing: bytes[..<end])
        loop: while true {
            switch try decoder.next(present, from: offset) {
            case .data(let range):
                precondition(range.lowerBound >= offset && !range.isEmpty && range.upperBound <= end)
                body.append(contentsOf: present[range])
                offset = range.upperBound
            case .needsMore:
                offset = end
                break loop
            case .done(let end):
                precondition(end > offset && end <= present.count)
                return end
            }
        }
    }
    return nil
}

/// The input's first two bytes say where it is cut, the rest is what a peer sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ input: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 2, let input else { return 0 }
    let bytes = UnsafeRawBufferPointer(start: input + 2, count: count - 2)
    let whole = read(bytes, pieces: [bytes.count])
    let cuts = [Int(input[0]) % (bytes.count + 1), Int(input[1]) * 8 % (bytes.count + 1)].sorted()
    precondition(read(bytes, pieces: cuts + [bytes.count]) == whole, "pieces are read otherwise than the whole")
    return 0
}
