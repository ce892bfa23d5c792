import CSQLite
import Glibc
import SQLite

/// The statements that write a `MemberRows`, and which of them fits it.
///
/// Reading a cell of the virtual table costs several times a parameter. In most batches all rows agree on many columns, above
/// all where members enter: such a group of columns is given as parameters.
struct MemberInsert: Sendable {
    /// Columns (places in `MemberRows.written`) that are alike in all rows as a rule, or none of them.
    /// The first: entry, arrived_at, attempt, first_attempt_at, generation, entered_at. The second: status, left_at, reason. The
    /// third: path.
    private static let groups: [[Int]] = [[2, 7, 8, 9, 10, 11], [1, 3, 12], [path]]
    private static let path = 13

    let sql: String
    /// The columns given as parameters; column n is parameter n + 3.
    let parameters: [Int]

    /// By [rows are new][bits of the groups that are alike].
    private static let all: [[MemberInsert]] = [false, true].map { isNew in
        (0..<1 << groups.count).map { MemberInsert(isNew: isNew, alike: $0) }
    }

    private init(isNew: Bool, alike: Int) {
        let parameters = Self.groups.indices.flatMap { alike & 1 << $0 == 0 ? [] : Self.groups[$0] }
        let values = MemberRows.written.indices.map { parameters.contains($0) ? "?\($0 + 3)" : "c\($0)" }
        let sets = MemberRows.written.dropFirst().map { "\($0) = \($0 == "path" ? Self.longerPath : "excluded.\($0)")" }
        // WHERE true keeps the parser from reading ON CONFLICT as a join's ON.
        sql = """
            INSERT INTO members(journey, \(MemberRows.written.joined(separator: ", ")))
            SELECT ?1, \(values.joined(separator: ", ")) FROM tessera_rows(?2)
            \(isNew ? "" : "WHERE true ON CONFLICT(journey, key) DO UPDATE SET " + sets.joined(separator: ", "))
            """
        self.parameters = parameters
    }

    /// A path begins with its entry. One that is not there, or not wanted, stays away until then: null with anything is null.
    private static let longerPath =
        "CASE WHEN entry = excluded.entry THEN CAST(path || excluded.path AS BLOB) ELSE excluded.path END"

    static func fitting(_ rows: MemberRows, _ table: tessera_rows) -> MemberInsert {
        var alike = rows.keepsPaths ? 0 : 1 << (groups.count - 1)
        for (bit, group) in groups.enumerated()
        where alike & 1 << bit == 0 && group.allSatisfy({ table.isAlike($0) }) { alike |= 1 << bit }
        return all[rows.isNew ? 1 : 0][alike]
    }

    func bind(_ statement: Statement, _ rows: MemberRows, _ table: tessera_rows) {
        for column in parameters {
            if column != Self.path {
                statement.bind(Int32(column + 3), table.number(column, row: 0))
            } else {
                statement.bind(Int32(column + 3), blob: rows.keepsPaths ? Array(rows.steps(0)) : nil)
            }
        }
    }
}

extension tessera_rows {
    private func withColumn<Result>(_ index: Int, _ body: (tessera_rows_column) -> Result) -> Result {
        withUnsafeBytes(of: columns) {
            body(
                $0.load(fromByteOffset: index * MemoryLayout<tessera_rows_column>.stride, as: tessera_rows_column.self))
        }
    }

    /// Whether all rows have one value in a column of numbers or bytes: compared with itself, shifted by a row.
    fileprivate func isAlike(_ column: Int) -> Bool {
        withColumn(column) {
            if $0.kind == TESSERA_ROWS_BLOB { return areBytesAlike($0) }
            let width = $0.kind == TESSERA_ROWS_UINT8 ? 1 : $0.kind == TESSERA_ROWS_INT32 ? 4 : 8
            return memcmp($0.values, $0.values + width, (Int(count) - 1) * width) == 0
        }
    }

    private func areBytesAlike(_ column: tessera_rows_column) -> Bool {
        let offsets = UnsafeBufferPointer(
            start: column.values.assumingMemoryBound(to: Int32.self), count: Int(count) + 1)
        let width = offsets[1] - offsets[0]
        guard width > 0 else { return offsets[Int(count)] == offsets[0] }
        guard Int(offsets[Int(count)] - offsets[0]) == Int(width) * Int(count) else { return false }
        for row in 0..<Int(count) where offsets[row + 1] - offsets[row] != width { return false }
        return memcmp(column.bytes, column.bytes + Int(width), (Int(count) - 1) * Int(width)) == 0
    }

    /// A number; nil for no time.
    fileprivate func number(_ column: Int, row: Int) -> Int64? {
        withColumn(column) {
            switch $0.kind {
            case TESSERA_ROWS_UINT8: Int64($0.values.load(fromByteOffset: row, as: UInt8.self))
            case TESSERA_ROWS_INT32: Int64($0.values.load(fromByteOffset: row * 4, as: Int32.self))
            default:
                switch $0.values.load(fromByteOffset: row * 8, as: Int64.self) {
                case MemberRows.noTime: nil
                case let time: time
                }
            }
        }
    }
}
