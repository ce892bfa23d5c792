import Journeys

extension SourceReader {
    /// What may have been meant by a table or column that SQLite did not find.
    func hint(_ message: String) -> String {
        if let name = suffix(of: message, after: "no such table: ") {
            return NearNames.phrase(for: name, among: catalogue.tables.map(\.name))
        }
        if let name = suffix(of: message, after: "no such column: ") {
            let column = name.split(separator: ".").last.map(String.init) ?? name
            let near = NearNames.find(column, among: catalogue.tables.flatMap { $0.columns.map(\.name) })
            guard !near.isEmpty else { return " (texts stand in single quotes)" }
            return ": did you mean " + near.map { "'\($0)'" }.joined(separator: " or ") + "?"
        }
        return ""
    }

    private func suffix(of message: String, after prefix: String) -> String? {
        message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : nil
    }
}
