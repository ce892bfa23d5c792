import Journeys
import SQLite

extension SourceReader {
    /// What may have been meant by a table or column that SQLite did not find.
    func hint(_ error: SQLiteError) -> String {
        let message = error.message
        if let name = suffix(of: message, after: "no such table: ") {
            return NearNames.phrase(for: name, among: catalogue.tables.map(\.name))
        }
        if let name = suffix(of: message, after: "no such column: ") {
            if error.sql?.contains("\"\(name)\"") == true { return ": a text stands in single quotes, '\(name)'" }
            let column = name.split(separator: ".").last.map(String.init) ?? name
            let near = NearNames.find(column, among: catalogue.tables.flatMap { $0.columns.map(\.name) })
            if near.isEmpty { return "" }
            return ": did you mean " + near.map { "'\($0)'" }.joined(separator: " or ") + "?"
        }
        return ""
    }

    private func suffix(of message: String, after prefix: String) -> String? {
        message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : nil
    }
}
