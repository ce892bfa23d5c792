import Journeys
import SQLite

/// The conditions and the order of a `ListQuery` as SQL over a table with `n`, `id`, `name`, `created_at` and, where they are
/// asked about, `workspace_id`, `status` and `updated_at`. Only names of our own stand in the text: what a caller gives is bound.
struct ListStatement {
    /// Whose rows.
    enum Scope {
        case workspace(String)
        /// Those that belong to no workspace.
        case server
        /// Of a table that knows no workspaces.
        case all
    }

    private let query: ListQuery
    private let prefix: String
    private(set) var condition: String
    private var values: [Value]

    private enum Value {
        case text(String)
        case integer(Int64)
    }

    /// - Parameters:
    ///   - prefix: of the table's columns, such as `j.`.
    ///   - fixed: what else must be true, without parameters.
    init(_ query: ListQuery, _ scope: Scope, prefix: String = "", fixed: String? = nil) {
        self.query = query
        self.prefix = prefix
        values = []
        switch scope {
        case .workspace(let id):
            condition = "\(prefix)workspace_id = ?1"
            values.append(.text(id))
        case .server: condition = "\(prefix)workspace_id IS NULL"
        case .all: condition = "true"
        }
        if let fixed { condition += " AND \(fixed)" }
        if !query.statuses.isEmpty {
            let places = query.statuses.sorted().map { parameter(.text($0)) }
            condition += " AND \(shownStatus()) IN (\(places.joined(separator: ", ")))"
        }
        if let search = query.search {
            condition += " AND \(prefix)name LIKE \(parameter(.text(Self.pattern(search)))) ESCAPE '\\'"
        }
    }

    /// The status as it is shown.
    private mutating func shownStatus() -> String {
        if query.shownInError.isEmpty { return "\(prefix)status" }
        let ids = parameter(.text(JSON.array(query.shownInError.sorted().map { .string($0) }).text))
        return "CASE WHEN \(prefix)status = 'active' AND \(prefix)id IN (SELECT value FROM json_each(\(ids))) "
            + "THEN 'error' ELSE \(prefix)status END"
    }

    private mutating func parameter(_ value: Value) -> String {
        values.append(value)
        return "?\(values.count)"
    }

    /// Any text with this in it: the signs that mean something in LIKE stand for themselves.
    private static func pattern(_ search: String) -> String {
        var pattern = "%"
        for scalar in search.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "\\" { pattern.unicodeScalars.append("\\") }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern + "%"
    }

    private var sort: ListQuery.Sort? {
        if case .after = query.part { return query.sort ?? .created }
        return query.sort
    }

    /// Whether nothing has to be sorted.
    var isInOrderOfRows: Bool { sort == nil }

    var order: String {
        let direction = query.isDescending ? " DESC" : ""
        guard let sort else { return "\(prefix)n\(direction)" }
        return "\(prefix)\(sort.rawValue)\(direction), \(prefix)id\(direction)"
    }

    /// `WHERE … ORDER BY … LIMIT …` of the part asked for, and its values. Of a list by places one row more than its limit:
    /// whether there is one says whether it goes on.
    func rows() -> (sql: String, bind: (Statement) -> Void) {
        var statement = self
        var limit = Int64(-1)
        var offset = Int64(0)
        switch query.part {
        case .all: break
        case .page(let page): (limit, offset) = (Int64(page.size), Int64(page.offset))
        case .after(let place, let count):
            limit = Int64(count) + 1
            guard let place, let sort else { break }
            let key: Value =
                switch place.key {
                case .time(let time): .integer(time)
                case .name(let name): .text(name)
                }
            let places = "(\(statement.parameter(key)), \(statement.parameter(.text(place.id))))"
            statement.condition +=
                " AND (\(prefix)\(sort.rawValue), \(prefix)id) \(query.isDescending ? "<" : ">") \(places)"
        }
        let end = "LIMIT \(statement.parameter(.integer(limit))) OFFSET \(statement.parameter(.integer(offset)))"
        return ("WHERE \(statement.condition) ORDER BY \(order) \(end)", statement.bind)
    }

    func bind(_ statement: Statement) {
        for (index, value) in values.enumerated() {
            switch value {
            case .text(let text): statement.bind(Int32(index + 1), text)
            case .integer(let number): statement.bind(Int32(index + 1), number)
            }
        }
    }

    /// Where a list goes on after rows of which the last that counts is `items[limit - 1]`.
    func next<Item>(_ items: inout [Item], _ place: (Item, ListQuery.Sort) -> ListPlace) -> ListPlace? {
        guard case .after(_, let limit) = query.part, items.count > limit, limit > 0, let sort else { return nil }
        items.removeLast(items.count - limit)
        return items.last.map { place($0, sort) }
    }
}

/// What lists are sorted by.
protocol Listed {
    var id: String { get }
    var listName: String { get }
    var createdAt: Int64 { get }
    var updatedAt: Int64 { get }
}

extension Listed {
    func place(_ sort: ListQuery.Sort) -> ListPlace {
        switch sort {
        case .created: ListPlace(key: .time(createdAt), id: id)
        case .updated: ListPlace(key: .time(updatedAt), id: id)
        case .name: ListPlace(key: .name(listName), id: id)
        }
    }
}

extension JourneyRecord: Listed { var listName: String { journey.name } }
extension SourceRecord: Listed { var listName: String { name } }
extension ModelRecord: Listed { var listName: String { name } }
extension DestinationRecord: Listed { var listName: String { name } }
extension APIKeyRecord: Listed { var listName: String { name } }
extension WorkspaceRecord: Listed { var listName: String { name } }
