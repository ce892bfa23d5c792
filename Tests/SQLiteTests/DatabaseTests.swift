import Glibc
import SQLite
import Testing

@Suite struct DatabaseTests {
    private func temporary() -> String { "/tmp/tessera-sqlite-\(getpid())-\(UInt64.random(in: 0 ... .max)).db" }

    @Test func emptyTextIsNotNullAndRoundTrips() throws {
        let path = temporary()
        defer { unlink(path) }
        let database = try Database(path: path)
        try database.execute("CREATE TABLE t(a TEXT, b BLOB, c INTEGER, d REAL) STRICT")
        try database.statement("INSERT INTO t VALUES(?,?,?,?)").bind(1, "").bind(2, blob: []).bind(3, 5).bind(4, 1.5)
            .run()
        let row = try database.statement("SELECT * FROM t")
        #expect(try row.step())
        #expect(!row.isNull(0) && row.string(0) == "")
        #expect(!row.isNull(1) && row.blob(1).isEmpty)
        #expect(row.int64(2) == 5 && row.double(3) == 1.5)
    }

    @Test func aThrowingTransactionLeavesNothing() throws {
        struct Stop: Error {}
        let path = temporary()
        defer { unlink(path) }
        let database = try Database(path: path)
        try database.execute("CREATE TABLE t(a)")
        #expect(throws: Stop.self) {
            try database.transaction {
                try database.execute("INSERT INTO t VALUES(1)")
                throw Stop()
            }
        }
        let count = try database.statement("SELECT count(*) FROM t")
        _ = try count.step()
        #expect(count.int64(0) == 0 && !database.inTransaction)
    }

    @Test func errorsCarryCodeAndStatement() throws {
        let database = try Database(path: ":memory:")
        let error = #expect(throws: SQLiteError.self) { try database.execute("SELECT * FROM missing") }
        #expect(error?.primaryCode == 1 && error?.message.contains("missing") == true)
    }
}
