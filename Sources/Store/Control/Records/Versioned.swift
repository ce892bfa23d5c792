/// A record that counts its definitions and its changes of status, of which its ETag is made.
public protocol Versioned {
    /// Counts definitions from 1; each update is a new one.
    var version: Int { get }
    /// Counts changes of the status, from 0.
    var statusChange: Int { get }
}

extension Versioned {
    /// The ETag with its quotes: the same as long as definition and status are. A run does not change it.
    public var etag: String { ETag.text(version: version, statusChange: statusChange) }
}

enum ETag {
    /// `"version.statusChange"` with its quotes. Part of every read of a journey: no interpolation, which allocates.
    static func text(version: Int, statusChange: Int) -> String {
        String(unsafeUninitializedCapacity: 44) { buffer in
            var count = 0
            func append(_ byte: UInt8) {
                buffer[count] = byte
                count += 1
            }
            func append(number: Int) {
                if number > 9 { append(number: number / 10) }
                append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
            }
            append(UInt8(ascii: "\""))
            append(number: max(0, version))
            append(UInt8(ascii: "."))
            append(number: max(0, statusChange))
            append(UInt8(ascii: "\""))
            return count
        }
    }
}
