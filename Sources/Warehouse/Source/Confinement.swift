import CSQLite
import Glibc
import SQLite

/// What SQL may do on a reader's connection. SQLite asks it for every table, column and function while it prepares a
/// statement; nothing but reading is ever allowed.
final class Confinement {
    enum Mode {
        /// A model's own SQL: the source's tables and harmless functions.
        case model
        /// The model's SQL inside of ours: the warehouse's lists and functions as well.
        case wrapped
        /// The warehouse's own statements: its catalogue and transactions, and no model.
        case catalogue
    }

    var mode = Mode.catalogue
    /// The source's tables, in ASCII lower case.
    var tables: Set<String> = []
    /// Pages at which the source's tables and their indices begin.
    var roots: Set<Int64> = []
    /// Why the last statement was refused; nil when SQLite itself found the fault.
    private(set) var denial: String?
    private var questions = 0

    /// A statement that asks more often is a bomb.
    private static let maxQuestions = 500_000

    /// Drops the connection's modules but those that models may use, or that the warehouse uses, and installs itself for good.
    /// These are connected before: a module tells its columns by a CREATE TABLE, which nobody may do later.
    init(_ database: Database) throws(SQLiteError) {
        let modules = [ListTable.name] + SQLFunctions.tables.sorted()
        var kept: [UnsafePointer<CChar>?] = modules.map { UnsafePointer(strdup($0)) } + [nil]
        sqlite3_drop_modules(database.handle, &kept)
        for name in kept { free(UnsafeMutablePointer(mutating: name)) }
        for module in modules { _ = try database.prepare("SELECT 1 FROM \(module)(NULL)") }
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_set_authorizer(
            database.handle,
            { context, action, first, second, schema, _ in
                guard let context else { return SQLITE_DENY }
                let confinement = Unmanaged<Confinement>.fromOpaque(context).takeUnretainedValue()
                return confinement.allows(
                    action, first.map { String(cString: $0) }, second.map { String(cString: $0) },
                    schema: schema.map { String(cString: $0) }) ? SQLITE_OK : SQLITE_DENY
            }, context)
    }

    /// Forgets the last statement.
    func begin(_ mode: Mode) {
        self.mode = mode
        denial = nil
        questions = 0
    }

    private func allows(_ action: Int32, _ first: String?, _ second: String?, schema: String?) -> Bool {
        questions += 1
        guard questions <= Self.maxQuestions else { return deny("it is too large: split it up or shorten it") }
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE:
            return true
        case SQLITE_READ:
            return allowsTable(first ?? "", schema: schema)
        case SQLITE_FUNCTION:
            let name = (second ?? "").lowercased()
            if SQLFunctions.allowed.contains(name) { return true }
            if mode != .model, name.hasPrefix(CellFunctions.prefix) { return true }
            return deny("the function \(name)() can't be used in a model")
        case SQLITE_TRANSACTION:
            return mode == .catalogue || deny("a model can only read")
        case SQLITE_PRAGMA:
            return deny("a model can't use PRAGMA")
        case SQLITE_ATTACH, SQLITE_DETACH:
            return deny("a model can't attach files")
        default:
            return deny("a model can only read")
        }
    }

    /// `schema` is nil for a table of which no column is read, a WITH query's name among them.
    private func allowsTable(_ table: String, schema: String?) -> Bool {
        let name = table.lowercased()
        if mode == .catalogue, name.hasPrefix("_tessera_") || name.hasPrefix("sqlite_") { return true }
        if mode == .wrapped, name.hasPrefix("_tessera_"), name != Catalogue.tablesName, name != Catalogue.columnsName {
            return true
        }
        if schema == nil || schema == "main" {
            if tables.contains(name) || SQLFunctions.tables.contains(name) { return true }
            if schema == nil, !name.hasPrefix("sqlite_"), !name.hasPrefix("pragma_"), !name.hasPrefix("_tessera") {
                return true
            }
        }
        return deny("a model reads the source's tables and nothing else, and '\(table)' is none of them: \(known)")
    }

    /// Why a program that begins to read at this page is none of a model; nil when it may. SQLite does not ask for columns that USING
    /// and NATURAL JOIN compare (3.40), so what a statement opens is looked at as well.
    func refusal(ofReadingAt root: Int64) -> String? {
        roots.contains(root)
            ? nil : "a model reads the source's tables and nothing else, and the SQL joins another one: \(known)"
    }

    private var known: String {
        tables.isEmpty ? "it has none yet" : "it has " + tables.sorted().prefix(20).joined(separator: ", ")
    }

    private func deny(_ reason: String) -> Bool {
        if denial == nil { denial = reason }
        return false
    }
}
