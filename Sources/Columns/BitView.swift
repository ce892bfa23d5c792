/// Bits of a boolean column or a validity bitmap, borrowed: valid while their batch lives.
public struct BitView {
    @usableFromInline let base: UnsafePointer<UInt8>
    @usableFromInline let offset: Int

    @inlinable
    public init(base: UnsafePointer<UInt8>, offset: Int = 0) {
        self.base = base
        self.offset = offset
    }

    @inlinable
    public subscript(row: Int) -> Bool {
        let index = row &+ offset
        return base[index &>> 3] &>> UInt8(truncatingIfNeeded: index & 7) & 1 != 0
    }

    /// How many of the first `count` bits are set.
    func popCount(_ count: Int) -> Int {
        var total = 0
        var row = 0
        while row < count, (row + offset) & 7 != 0 {
            total += self[row] ? 1 : 0
            row += 1
        }
        while row + 8 <= count {
            total += base[(row + offset) >> 3].nonzeroBitCount
            row += 8
        }
        while row < count {
            total += self[row] ? 1 : 0
            row += 1
        }
        return total
    }
}
