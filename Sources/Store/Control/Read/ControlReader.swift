import Journeys
import SQLite

/// What can be read of control.db. It is lent to the body of `ControlStore.read` or `write` and belongs to that call's
/// thread: don't keep it.
///
/// All methods throw `StoreError`. Those that take a workspace see nothing of another one.
public class ControlReader {
    let connection: ControlConnection
    let vault: SecretVault

    init(connection: ControlConnection, vault: SecretVault) {
        self.connection = connection
        self.vault = vault
    }

    /// The rows of `SELECT select FROM table WHERE …` in the order of creation: all, or one page of them with the count of
    /// all. `condition` uses parameters from ?1 on, `bind` binds them; ?98 and ?99 are the page's.
    func list<Item>(
        _ columns: String, from table: String, where condition: String, page: Page?, _ bind: (Statement) -> Void,
        _ item: (Statement) throws -> Item
    ) throws -> Listing<Item> {
        guard let page else {
            let items = try connection.rows("SELECT \(columns) FROM \(table) WHERE \(condition) ORDER BY n", bind, item)
            return Listing(items: items, total: items.count)
        }
        let items = try connection.rows(
            "SELECT \(columns) FROM \(table) WHERE \(condition) ORDER BY n LIMIT ?98 OFFSET ?99",
            {
                bind($0)
                $0.bind(98, page.size).bind(99, page.offset)
            }, item)
        let total = try connection.first("SELECT count(*) FROM \(table) WHERE \(condition)", bind) { $0.int(0) }
        return Listing(items: items, total: total ?? 0)
    }

    /// The rows of a workspace that a query asks for.
    func list<Item: Listed>(
        _ columns: String, from table: String, workspaceID: String, _ query: ListQuery,
        _ item: (Statement) throws -> Item
    ) throws -> Listing<Item> {
        let statement = ListStatement(query, workspaceID: workspaceID)
        let (end, bind) = statement.rows()
        var items = try connection.rows("SELECT \(columns) FROM \(table) \(end)", bind, item)
        let next = statement.next(&items) { $0.place($1) }
        return Listing(items: items, total: try total(of: table, query, statement) ?? items.count, next: next)
    }

    /// How many rows there are on all pages; nil when no page was asked for.
    func total(of table: String, _ query: ListQuery, _ statement: ListStatement) throws -> Int? {
        guard query.page != nil else { return nil }
        return try connection.first(
            "SELECT count(*) FROM \(table) WHERE \(statement.condition)", statement.bind
        ) { $0.int(0) }
    }
}

extension Statement {
    /// A column that holds JSON text.
    func json(_ index: Int32, _ what: @autoclosure () -> String) throws -> JSON {
        guard let json = try? JSON.parse(bytes(index), maxDepth: 512) else { throw StoreError.corrupt(what()) }
        return json
    }

    /// A column that holds one of an enumeration's raw values.
    func value<Value: RawRepresentable>(_ index: Int32, _ what: @autoclosure () -> String) throws -> Value
    where Value.RawValue == String {
        guard let value = Value(rawValue: string(index)) else { throw StoreError.corrupt(what()) }
        return value
    }
}
