import CSQLite
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

    /// The rows that a query asks for.
    func list<Item: Listed>(
        _ columns: String, from table: String, _ scope: ListStatement.Scope, _ query: ListQuery,
        _ item: (Statement) throws -> Item
    ) throws -> Listing<Item> {
        let statement = ListStatement(query, scope)
        let (end, bind) = statement.rows()
        var bytes = 0
        var items = try connection.rows("SELECT \(columns) FROM \(table) \(end)", bind) { row in
            bytes += row.textBytes
            try query.expect(bytes)
            return try item(row)
        }
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
    /// How much text the row has.
    var textBytes: Int { (0..<columnCount).reduce(0) { storage($1) == SQLITE_TEXT ? $0 + bytes($1).count : $0 } }

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
