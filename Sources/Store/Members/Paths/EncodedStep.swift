/// One step of a path as it is stored: a member has left a tile.
///
/// A path is its steps one after another, each of three numbers in groups of seven bits, low ones first (LEB128): the kind's
/// number with two flags below it, the time, and the attempts where they are not one. The time is counted from the step
/// before, of the same move; the first step of a move counts from the entry, since who moves a member on has not read its path.
/// Most steps are two bytes, one after a wait of days seven.
public struct EncodedStep: Sendable, Equatable {
    /// A kind's number (`StepKind`), from 1.
    public var kind: Int32
    /// Times that the tile was called for it. 0: a person has let it pass.
    public var attempts: Int32
    public var leftAt: Int64

    public init(kind: Int32, attempts: Int32, leftAt: Int64) {
        self.kind = kind
        self.attempts = attempts
        self.leftAt = leftAt
    }

    /// The bytes of a step at most.
    public static let maximumBytes = 5 + 10 + 5

    /// Writes the step where there is room for `maximumBytes`.
    /// - Parameters:
    ///   - origin: the time of the step before, or of the entry.
    ///   - isFirst: whether `origin` is that of the entry.
    /// - Returns: how many bytes it was.
    public func write(to bytes: UnsafeMutableRawPointer, since origin: Int64, isFirst: Bool) -> Int {
        let head = UInt64(UInt32(bitPattern: kind)) << 2 | (isFirst ? 2 : 0) | (attempts == 1 ? 0 : 1)
        var count = Self.write(head, to: bytes)
        // A clock that was put back makes it negative: the sign is the lowest bit.
        let time = leftAt &- origin
        count += Self.write(UInt64(bitPattern: time << 1 ^ time >> 63), to: bytes + count)
        if attempts != 1 { count += Self.write(UInt64(UInt32(bitPattern: attempts)), to: bytes + count) }
        return count
    }

    /// The steps of a path, as far as it can be read.
    public static func decode(_ path: UnsafeRawBufferPointer, enteredAt: Int64) -> [EncodedStep] {
        var rest = path[...]
        var steps: [EncodedStep] = []
        while let head = number(&rest), let time = number(&rest) {
            var attempts: UInt64 = 1
            if head & 1 != 0 {
                guard let given = number(&rest) else { break }
                attempts = given
            }
            let origin = head & 2 != 0 ? enteredAt : steps.last?.leftAt ?? enteredAt
            steps.append(
                EncodedStep(
                    kind: Int32(truncatingIfNeeded: head >> 2), attempts: Int32(truncatingIfNeeded: attempts),
                    leftAt: origin &+ (Int64(bitPattern: time >> 1) ^ -Int64(bitPattern: time & 1))))
        }
        return steps
    }

    private static func write(_ number: UInt64, to bytes: UnsafeMutableRawPointer) -> Int {
        var number = number
        var count = 0
        while number >= 0x80 {
            bytes.storeBytes(of: UInt8(truncatingIfNeeded: number) | 0x80, toByteOffset: count, as: UInt8.self)
            count += 1
            number >>= 7
        }
        bytes.storeBytes(of: UInt8(truncatingIfNeeded: number), toByteOffset: count, as: UInt8.self)
        return count + 1
    }

    private static func number(_ bytes: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64, let byte = bytes.popFirst() {
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        return nil
    }
}
