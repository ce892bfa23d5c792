/// Lines of the log in the making: one JSON object a line, written as bytes, so that a line of the access log costs no
/// String and no allocation once the storage has grown.
///
/// A line is `begin`, any number of `add`, `end`; what is between the two belongs to one thread.
public struct LogLines: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public var isEmpty: Bool { bytes.isEmpty }

    /// Forgets the lines and keeps the storage.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20) }

    /// Begins a line.
    /// - Parameters:
    ///   - time: microseconds since 1970 UTC.
    ///   - event: the stable name of what happened, for programs: snake_case.
    ///   - message: the same for people.
    public mutating func begin(_ time: Int64, _ level: Log.Level, event: String, _ message: String) {
        bytes.append(contentsOf: #"{"time":""#.utf8)
        UTCTime(time).append(to: &bytes)
        bytes.append(contentsOf: #"","level":""#.utf8)
        bytes.append(contentsOf: level.name.utf8)
        bytes.append(contentsOf: #"","event":""#.utf8)
        bytes.append(contentsOf: event.utf8)
        bytes.append(contentsOf: #"","message":"#.utf8)
        quote(message)
    }

    public mutating func add(_ name: String, _ value: String) {
        field(name)
        quote(value)
    }

    public mutating func add(_ name: String, _ value: Int) {
        field(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Text that is known to need no escape: letters, digits and such signs as ids have.
    public mutating func add(_ name: String, plain value: some Sequence<UInt8>) {
        field(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: value)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A duration, shown in milliseconds with three decimals.
    public mutating func add(milliseconds name: String, of microseconds: Int64) {
        field(name)
        let value = max(0, microseconds)
        bytes.append(contentsOf: String(value / 1000).utf8)
        let rest = Int(value % 1000)
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0") + UInt8(rest / 100))
        bytes.append(UInt8(ascii: "0") + UInt8(rest / 10 % 10))
        bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
    }

    /// Ends the line.
    public mutating func end() {
        bytes.append(UInt8(ascii: "}"))
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func field(_ name: String) {
        bytes.append(UInt8(ascii: ","))
        quote(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: #"\u00"#.utf8)
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
