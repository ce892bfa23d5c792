import CSQLite
import Platform
import SQLite

/// A read-only connection to a source, confined: what a model's SQL runs on. One thread at a time.
final class SourceReader {
    let database: Database
    let confinement: Confinement
    private(set) var catalogue: Catalogue
    /// Asked as often as `watch` says; an answer stops the statement.
    private var watch: (() -> Stop?)?
    private var stop: Stop?
    private let temporary: TemporarySpace

    /// Why a statement was stopped.
    enum Stop { case cancelled, deadline }

    init(path: String) throws(SQLiteError) {
        temporary = try TemporarySpace()
        database = try Database(path: path, access: .readOnly, temporary: temporary)
        try database.execute("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
        let handle = database.handle
        for (option, value) in [
            (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
            // Else a mistyped column in double quotes is a text.
            (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
            (SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0), (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0),
            (SQLITE_DBCONFIG_ENABLE_VIEW, 0),
        ] as [(Int32, Int32)] {
            _ = tessera_sqlite3_db_config_int(handle, option, value)
        }
        for (limit, value) in [
            // Twice the largest row. A function may need time in proportion to its texts, in which nothing stops it.
            (SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_LENGTH, Int32(2 * RowLimits.maxRecordBytes)),
            (SQLITE_LIMIT_COMPOUND_SELECT, 50),
            (SQLITE_LIMIT_SQL_LENGTH, 16 << 20), (SQLITE_LIMIT_VDBE_OP, 1_000_000), (SQLITE_LIMIT_TRIGGER_DEPTH, 1),
            (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200), (SQLITE_LIMIT_WORKER_THREADS, 0),
            (SQLITE_LIMIT_EXPR_DEPTH, 1000),
        ] as [(Int32, Int32)] {
            sqlite3_limit(handle, limit, value)
        }
        CellFunctions.install(on: handle)
        ListTable.install(on: handle)
        confinement = try Confinement(database)
        catalogue = try Catalogue(from: database)
        let status = tessera_bounded_text_register(
            handle,
            { owner in
                guard let owner else { return 0 }
                return Unmanaged<SourceReader>.fromOpaque(owner).takeUnretainedValue().isStopped ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
        guard status == SQLITE_OK else { throw SQLiteError(code: status, message: "no memory for functions", sql: nil) }
    }

    /// Opens a read transaction and looks at the tables as they are in it.
    func begin() throws(SQLiteError) {
        confinement.begin(.catalogue)
        try database.execute("BEGIN")
        catalogue = try Catalogue(from: database)
        confinement.tables = Set(catalogue.entries.keys)
        confinement.roots.removeAll(keepingCapacity: true)
        let schema = try database.statement("SELECT rootpage, tbl_name FROM main.sqlite_schema WHERE rootpage > 0")
        while try schema.step() {
            if catalogue.table(schema.string(1)) != nil { confinement.roots.insert(schema.int64(0)) }
        }
        schema.reset()
    }

    /// Ends the transaction; false when the connection is of no more use.
    func end() -> Bool {
        sqlite3_progress_handler(database.handle, 0, nil, nil)
        watch = nil
        temporary.allow(nil)
        confinement.begin(.catalogue)
        guard database.inTransaction else { return true }
        return (try? database.execute("ROLLBACK")) != nil
    }

    /// From now on statements stop when `watch` says so, which is asked every 10,000 steps of SQLite's machine, some microseconds each
    /// at the worst.
    func watch(_ watch: @escaping () -> Stop?) { begin(watch, steps: 10_000, temporaryBytes: nil) }

    /// The same for what somebody waits for: asked every 50 steps, and by functions that begin with a large text. And statements
    /// write at most 1 GiB into temporary files.
    func watchClosely(_ watch: @escaping () -> Stop?) {
        begin(watch, steps: 50, temporaryBytes: Self.maxTemporaryBytes)
    }

    private static let maxTemporaryBytes: Int64 = 1 << 30

    /// Of functions in a model. SQLite asks whether to stop between rows only, and each call may take milliseconds.
    private static let maxCalls = 2000

    private func begin(_ watch: @escaping () -> Stop?, steps: Int32, temporaryBytes: Int64?) {
        self.watch = watch
        temporary.allow(temporaryBytes)
        sqlite3_progress_handler(
            database.handle, steps,
            { context in
                guard let context else { return 0 }
                return Unmanaged<SourceReader>.fromOpaque(context).takeUnretainedValue().isStopped ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private var isStopped: Bool {
        stop = watch?()
        return stop != nil
    }

    /// Between two rows, whose steps may be too few for SQLite to ask.
    func checkWatch() throws {
        if isStopped { throw interruption }
    }

    private var interruption: any Error {
        stop == .deadline
            ? DeadlineExceeded(
                "the model's SQL took longer than the time limit: filter earlier, or give its source a key")
            : CancelledScan()
    }

    /// Prepares under the confinement's `mode`, which stays: SQLite may prepare again later.
    /// - Throws: `ModelSQLError` for SQL that is wrong or not allowed, `SourceGone`.
    func prepare(_ sql: String, _ mode: Confinement.Mode) throws -> Statement {
        confinement.begin(mode)
        do {
            return try database.prepare(sql)
        } catch {
            throw failure(error, running: false)
        }
    }

    /// Refuses a model whose program opens what is none of the source's tables.
    /// - Throws: `ModelSQLError`, `SourceGone`.
    func checkReads(of sql: String) throws {
        let program = try prepare("EXPLAIN \(sql)", .model)
        var calls = 0
        try running {
            // addr, opcode, p1, p2, p3 …
            while try program.step() {
                let step = program.string(1)
                if step == "Function" || step == "PureFunc" { calls += 1 }
                guard calls <= Self.maxCalls else {
                    throw ModelSQLError(
                        .refused,
                        "the model's SQL calls functions at more than \(Self.maxCalls) places: split it into several models"
                    )
                }
                guard step == "OpenRead" || step == "ReopenIdx" else { continue }
                if let reason = confinement.refusal(ofReadingAt: program.int64(3)) {
                    throw ModelSQLError(.refused, reason)
                }
            }
        }
    }

    /// Runs a model's statement, its errors told in the warehouse's terms.
    func running<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SQLiteError {
            throw failure(error, running: true)
        }
    }

    /// What an error of SQLite means to the warehouse's caller.
    private func failure(_ error: SQLiteError, running: Bool) -> any Error {
        switch error.primaryCode {
        case SQLITE_INTERRUPT: return interruption
        case SQLITE_FULL where temporary.isExceeded:
            return ModelSQLError(
                .failed,
                "the model's SQL needs more than 1 GiB of temporary space: filter earlier, or sort, group and join less"
            )
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR, SQLITE_CANTOPEN:
            return SourceGone("the source's file can't be read: \(error.message)")
        default:
            if let denial = confinement.denial { return ModelSQLError(.refused, denial) }
            if running { return ModelSQLError(.failed, "the model's SQL failed: \(error.message)") }
            return ModelSQLError(.refused, "the model's SQL can't be used: \(error.message)\(hint(error))")
        }
    }
}
