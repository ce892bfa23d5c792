import CSQLite
import Glibc
import SQLite

/// A connection to control.db with the statements that it prepared. It belongs to one thread at a time.
///
/// The statements are kept here and not in `Database`: they hold their database, so that it would never be let go.
final class ControlConnection {
    let database: Database
    private var statements: [String: Statement] = [:]
    private var hotStatements = [Statement?](repeating: nil, count: HotStatement.allCases.count)

    /// Statements of every request, found by number: hashing their text would cost a tenth of the read.
    enum HotStatement: Int, CaseIterable {
        case journeyText, apiKey, keyChanges
    }

    /// Opens the file; for `.readWrite` makes it, in WAL mode.
    /// - Throws: `StoreError`.
    init(path: String, access: Database.Access, cacheBytes: Int) throws {
        do {
            database = try Database(path: path, access: access, cacheBytes: cacheBytes)
            guard access == .readWrite else { return }
            try Self.retrying { [database] in try database.execute("PRAGMA journal_mode = WAL") }
            try database.execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
        } catch {
            throw StoreError.from(error)
        }
    }

    /// SQLite does not wait by itself when several processes turn a new file to WAL at once.
    private static func retrying(_ body: () throws -> Void) throws {
        for _ in 0..<1000 {
            do {
                return try body()
            } catch let error as SQLiteError where error.primaryCode == SQLITE_BUSY {
                usleep(10_000)
            }
        }
        try body()
    }

    /// A prepared statement, ready for bindings. The caller resets it when done: a statement that was stepped and not
    /// reset holds its snapshot. Not for nested use of one text.
    func statement(_ sql: String) throws -> Statement {
        if let statement = statements[sql] { return statement }
        let statement = try database.prepare(sql)
        statements[sql] = statement
        return statement
    }

    /// The same for a hot one; `sql` is asked for at its first use.
    func statement(_ hot: HotStatement, _ sql: @autoclosure () -> String) throws -> Statement {
        if let statement = hotStatements[hot.rawValue] { return statement }
        let statement = try database.prepare(sql())
        hotStatements[hot.rawValue] = statement
        return statement
    }

    /// Runs a statement to its end and gives the number of rows that it changed.
    @discardableResult
    func run(_ sql: String, _ bind: (Statement) -> Void = { _ in }) throws -> Int {
        do {
            let statement = try statement(sql)
            defer { statement.reset() }
            bind(statement)
            try statement.run()
            return database.changes
        } catch {
            throw StoreError.from(error)
        }
    }

    /// All rows of a statement.
    func rows<Row>(
        _ sql: String, _ bind: (Statement) -> Void = { _ in }, _ row: (Statement) throws -> Row
    ) throws -> [Row] {
        do {
            let statement = try statement(sql)
            defer { statement.reset() }
            bind(statement)
            var rows: [Row] = []
            while try statement.step() { rows.append(try row(statement)) }
            return rows
        } catch {
            throw StoreError.from(error)
        }
    }

    /// The first row of a statement; nil when there is none.
    func first<Row>(
        _ sql: String, _ bind: (Statement) -> Void = { _ in }, _ row: (Statement) throws -> Row
    ) throws -> Row? {
        do {
            return try first(of: statement(sql), bind, row)
        } catch {
            throw StoreError.from(error)
        }
    }

    /// The first row of a hot statement.
    func first<Row>(
        _ hot: HotStatement, _ sql: @autoclosure () -> String, _ bind: (Statement) -> Void,
        _ row: (Statement) throws -> Row
    ) throws -> Row? {
        do {
            return try first(of: statement(hot, sql()), bind, row)
        } catch {
            throw StoreError.from(error)
        }
    }

    private func first<Row>(
        of statement: Statement, _ bind: (Statement) -> Void, _ row: (Statement) throws -> Row
    ) throws -> Row? {
        defer { statement.reset() }
        bind(statement)
        return try statement.step() ? try row(statement) : nil
    }
}
