/// Columns that line up, for a terminal.
enum TextTable {
    /// - Parameter rows: cells, and a note that stands on lines of its own below them.
    static func text(
        _ heads: [String], rightAligned: Set<Int>, _ rows: [(cells: [String], note: String)]
    ) -> String {
        let widths = heads.indices.map { column in
            (rows.map { $0.cells[column].count } + [heads[column].count]).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).enumerated().map { column, pair in
                let blanks = String(repeating: " ", count: pair.1 - pair.0.count)
                return rightAligned.contains(column) ? blanks + pair.0 : pair.0 + blanks
            }
            return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
        var lines = [line(heads)]
        for row in rows {
            lines.append(line(row.cells))
            if !row.note.isEmpty { lines += row.note.split(separator: "\n").map { "    \($0)" } }
        }
        return lines.joined(separator: "\n")
    }
}
