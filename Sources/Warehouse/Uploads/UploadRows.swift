import Glibc
import Journeys
import SQLite

/// Checks the rows that a parser reads and stages those that fit.
final class UploadRows: RowSink {
    let staging: Staging
    private let target: UploadTarget
    private(set) var columns: [UploadColumn] = []
    private(set) var bad = 0
    private(set) var problems: [UploadProblem] = []
    /// SQLite's error that ended the staging; the rows after it are not looked at.
    private(set) var failure: SQLiteError?
    /// Whether keys came in ascending order, as texts and as integers: such rows need no sorting.
    private(set) var order = KeyOrder()

    private var hasHeader = false
    private var keyPlace: Int?
    private var places: [[UInt8]: Int] = [:]
    private var cells: [RowCell] = []

    init(_ target: UploadTarget, format: UploadFormat) throws(SQLiteError) {
        self.target = target
        staging = try Staging(sourcePath: target.file.path)
        guard format == .ndjson else { return }
        // NDJSON has no header: a table's columns are known, a new one's are met on the way.
        for column in target.fixedColumns ?? [] { add(column.name, column.type, isJSON: column.isJSON) }
        try staging.widen(to: columns.count)
        hasHeader = true
    }

    func bad(line: Int, _ message: String) {
        bad += 1
        if problems.count < UploadResult.maxProblems { problems.append(UploadProblem(line: line, message: message)) }
    }

    /// What the parser could not see: columns that are missing altogether.
    func check() throws(UploadRefused) {
        if !hasHeader {
            throw UploadRefused(
                problems.first.map { "the file's header can't be read: line \($0.line): \($0.message)" }
                    ?? "the file is empty: begin it with a line of column names")
        }
        if let key = target.key, keyPlace == nil {
            throw UploadRefused("no row has the key column '\(key)'", parameter: "key")
        }
    }

    // MARK: CSV

    func record(line: Int, cells: [RowCell]) throws(UploadRefused) {
        guard failure == nil else { return }
        guard hasHeader else {
            guard problems.isEmpty else { return try check() }
            return try header(cells)
        }
        guard cells.count == columns.count else {
            let given = cells.count > RowLimits.maxColumns ? "more than \(RowLimits.maxColumns)" : "\(cells.count)"
            return bad(line: line, "\(given) values for \(columns.count) columns")
        }
        stage(cells, line: line)
    }

    private func header(_ cells: [RowCell]) throws(UploadRefused) {
        hasHeader = true
        for (index, cell) in cells.enumerated() {
            try check(name: cell.bytes, place: "column \(index + 1) of the header")
            try add(column: String(decoding: cell.bytes, as: UTF8.self))
        }
        if let key = target.key, keyPlace == nil {
            throw UploadRefused(
                "the header lacks the key column '\(key)'\(NearNames.phrase(for: key, among: columns.map(\.name)))",
                parameter: "key")
        }
        if target.isNew {
            for (name, _) in target.declared where places[Array(name.utf8)] == nil {
                throw UploadRefused(
                    "types declares a column '\(name)' that the header lacks"
                        + NearNames.phrase(for: name, among: columns.map(\.name)), parameter: "types")
            }
        }
        widen()
    }

    // MARK: NDJSON

    func object(line: Int, names: [UnsafeRawBufferPointer], cells given: [RowCell]) throws(UploadRefused) {
        guard failure == nil else { return }
        cells.removeAll(keepingCapacity: true)
        cells.append(contentsOf: repeatElement(.null, count: columns.count))
        for (index, name) in names.enumerated() {
            let place: Int
            // Objects of one file mostly list their members in one order.
            if index < columns.count, columns[index].nameBytes.elementsEqual(name) {
                place = index
            } else if let known = places[Array(name)] {
                place = known
            } else {
                try check(name: name, place: "a member of line \(line)")
                try add(column: String(decoding: name, as: UTF8.self))
                cells.append(.null)
                place = columns.count - 1
                widen()
            }
            if cells[place].kind != .null {
                return bad(line: line, "member '\(columns[place].name)' stands there twice")
            }
            cells[place] = given[index]
        }
        stage(cells, line: line)
    }

    // MARK: Both

    /// - Throws: `UploadRefused` when the table, or any table, can't have the column.
    private func add(column name: String) throws(UploadRefused) {
        guard columns.count < RowLimits.maxColumns else {
            throw UploadRefused("the file has more than \(RowLimits.maxColumns) columns: leave some out")
        }
        guard !columns.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw UploadRefused("two columns are called '\(name)' (case does not count): rename one")
        }
        if let fixed = target.fixedColumns, let table = target.present?.table {
            guard let column = fixed.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                throw UploadRefused(target.unknown(name, in: table))
            }
            return add(name, column.type, isJSON: column.isJSON)
        }
        add(name, target.declared.first { $0.name.utf8.elementsEqual(name.utf8) }?.type, isJSON: false)
    }

    private func add(_ name: String, _ type: ColumnType?, isJSON: Bool) {
        let column = UploadColumn(name: name, type: type, isJSON: isJSON)
        places[column.nameBytes] = columns.count
        if let key = target.key, key.utf8.elementsEqual(name.utf8) { keyPlace = columns.count }
        columns.append(column)
    }

    private func check(name: UnsafeRawBufferPointer, place: String) throws(UploadRefused) {
        guard let first = name.first, let last = name.last else {
            throw UploadRefused("\(place) has no name: give it one")
        }
        let text = String(decoding: name.prefix(60), as: UTF8.self)
        guard name.count <= RowLimits.maxNameBytes else {
            throw UploadRefused(
                "\(place), '\(text)…', has a name of more than \(RowLimits.maxNameBytes) bytes: shorten it")
        }
        guard first != 0x20, last != 0x20, !name.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw UploadRefused(
                "\(place), '\(text)', has spaces around its name or control characters in it: remove them")
        }
        guard first != UInt8(ascii: "$") else {
            throw UploadRefused("\(place) is called '\(text)': names with $ are the gateway's own, choose another one")
        }
    }

    private func widen() {
        do { try staging.widen(to: columns.count) } catch { failure = error }
    }

    private func stage(_ cells: [RowCell], line: Int) {
        guard failure == nil else { return }
        if let keyPlace, cells[keyPlace].bytes.isEmpty {
            return bad(line: line, "the key column '\(columns[keyPlace].name)' is empty")
        }
        do {
            let statement = try staging.statement()
            var bytes = 0
            for index in columns.indices where columns[index].type != nil {
                guard columns[index].bind(cells[index], to: statement, Int32(index + 1)) else {
                    return bad(line: line, columns[index].misfit(cells[index]))
                }
                bytes += cells[index].bytes.count
            }
            // Only rows that are loaded tell a type.
            for index in columns.indices where columns[index].type == nil {
                columns[index].inference.see(cells[index])
                if cells[index].kind == .null {
                    statement.bind(Int32(index + 1), nil as Int64?)
                } else {
                    statement.bind(Int32(index + 1), borrowedText: cells[index].bytes)
                }
                bytes += cells[index].bytes.count
            }
            if let keyPlace { order.see(cells[keyPlace].bytes) }
            try staging.add(bytes: bytes)
        } catch {
            failure = error
        }
    }
}

/// Whether keys come in ascending order, each once.
struct KeyOrder {
    private(set) var textsAscend = true
    private(set) var integersAscend = true
    private var lastText: [UInt8] = []
    private var lastInteger: Int64?
    private var hasBegun = false

    mutating func see(_ key: UnsafeRawBufferPointer) {
        if integersAscend {
            if let integer = NumberText.integer(key), lastInteger.map({ $0 < integer }) ?? true {
                lastInteger = integer
            } else {
                integersAscend = false
            }
        }
        if textsAscend {
            if hasBegun, !lastText.lexicographicallyPrecedes(key) {
                textsAscend = false
            } else {
                lastText.removeAll(keepingCapacity: true)
                lastText.append(contentsOf: key)
            }
        }
        hasBegun = true
    }
}
