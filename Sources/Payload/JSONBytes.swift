import Journeys

/// JSON text under construction: one growing buffer, no object per value.
public final class JSONBytes {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private var count = 0

    public init(capacity: Int = 16384) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { base.deallocate() }

    /// The text so far; valid until the next change.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    public func removeAll() { count = 0 }

    /// Text that is JSON already.
    public func append(_ text: StaticString) {
        append(raw: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Bytes that are JSON already.
    public func append(raw: UnsafeRawBufferPointer) {
        reserve(raw.count)
        if let source = raw.baseAddress { (base + count).copyMemory(from: source, byteCount: raw.count) }
        count += raw.count
    }

    /// A JSON string of UTF-8 bytes, with its quotes.
    public func append(string text: UnsafeRawBufferPointer) {
        append("\"")
        append(escaped: text)
        append("\"")
    }

    /// What stands between the quotes of a JSON string of UTF-8 bytes.
    public func append(escaped text: UnsafeRawBufferPointer) {
        reserve(6 * text.count)
        var out = (base + count).assumingMemoryBound(to: UInt8.self)
        let start = out
        for byte in text {
            if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") {
                out[0] = byte
                out += 1
            } else {
                out += Self.escape(byte, to: out)
            }
        }
        count += out - start
    }

    public func append(_ value: Int64) {
        reserve(20)
        let out = (base + count).assumingMemoryBound(to: UInt8.self)
        var magnitude = value.magnitude
        var length = value < 0 ? 2 : 1
        while magnitude >= 10 {
            magnitude /= 10
            length += 1
        }
        magnitude = value.magnitude
        if value < 0 { out[0] = UInt8(ascii: "-") }
        var place = length - 1
        repeat {
            out[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
            magnitude /= 10
            place -= 1
        } while magnitude > 0
        count += length
    }

    /// The shortest number that reads back the same; null for what JSON has no number for.
    public func append(_ value: Double) {
        guard value.isFinite else { return append("null") }
        var text = value.description
        text.withUTF8 { append(raw: UnsafeRawBufferPointer($0)) }
    }

    public func append(_ value: Bool) { append(value ? "true" : "false") }

    /// `"YYYY-MM-DD"` of days since 1970-01-01.
    public func append(date days: Int32) {
        quoted(Timestamp.dateLength) { Timestamp.write(date: days, to: $0) }
    }

    /// `"YYYY-MM-DDTHH:MM:SS.ffffffZ"` of microseconds since 1970 UTC.
    public func append(timestamp microseconds: Int64) {
        quoted(Timestamp.fixedLength) { Timestamp.write(fixed: microseconds, to: $0) }
    }

    private func quoted(_ length: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Void) {
        reserve(length + 2)
        let out = (base + count).assumingMemoryBound(to: UInt8.self)
        out[0] = UInt8(ascii: "\"")
        write(out + 1)
        out[length + 1] = UInt8(ascii: "\"")
        count += length + 2
    }

    private func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = larger
    }

    private static func escape(_ byte: UInt8, to out: UnsafeMutablePointer<UInt8>) -> Int {
        out[0] = UInt8(ascii: "\\")
        switch byte {
        case 0x08: out[1] = UInt8(ascii: "b")
        case 0x09: out[1] = UInt8(ascii: "t")
        case 0x0A: out[1] = UInt8(ascii: "n")
        case 0x0C: out[1] = UInt8(ascii: "f")
        case 0x0D: out[1] = UInt8(ascii: "r")
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out[1] = byte
        default:
            let digits: StaticString = "0123456789abcdef"
            out[1] = UInt8(ascii: "u")
            out[2] = UInt8(ascii: "0")
            out[3] = UInt8(ascii: "0")
            out[4] = digits.utf8Start[Int(byte >> 4)]
            out[5] = digits.utf8Start[Int(byte & 15)]
            return 6
        }
        return 2
    }
}
