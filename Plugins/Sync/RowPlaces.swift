/// Which rows of a call's batch the rows of a connector's batch are: a stretch of them, or picked ones.
struct RowPlaces {
    private let base: Int
    private let picked: [Int]?
    let count: Int

    init(_ rows: Range<Int>) {
        base = rows.lowerBound
        picked = nil
        count = rows.count
    }

    init(picked rows: [Int]) {
        base = 0
        picked = rows
        count = rows.count
    }

    static let none = RowPlaces(0..<0)

    /// The row of the call; `row` is below `count`.
    subscript(row: Int) -> Int { picked.map { $0[row] } ?? base + row }
}
