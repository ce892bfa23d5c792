import SQLite
import Store
import Testing

@testable import Engine

/// Entry's commits are written while the run goes on. Batches of 64 rows make a commit of 512.
@Suite struct CommitsBehindTests {
    static let rows = 1000..<6000
    static let people = "id,age\n" + rows.map { "p\($0),\($0 % 100)" }.joined(separator: "\n")

    @Test func aCommitThatCanNotBeWrittenEndsTheRunAndLosesNobody() throws {
        let bench = try Bench()
        try bench.load(Self.people)
        let journey = try bench.journey([
            "tiles": [
                ["id": "in", "type": "entry"], ["id": "old", "type": "filter", "config": RunTests.condition],
                ["id": "rest", "type": "wait", "config": ["duration": 1, "unit": "hours"]],
            ],
            "edges": [["from": "in", "to": "old"], ["from": "old", "to": "rest", "branch": "yes"]],
        ])
        _ = try bench.members.store(bench.workspaceID)
        let file = try Database(path: "\(bench.directory)/members/\(bench.workspaceID).db")
        try file.execute(
            """
            CREATE TRIGGER broken BEFORE INSERT ON members WHEN NEW.key = 'p3500' BEGIN
                SELECT RAISE(ABORT, 'no room for this one');
            END
            """)

        let first = try bench.runOnce(journey)
        #expect(first.status == .failed && first.error.contains("no room for this one"), "\(first.error)")
        #expect(try bench.status(journey) == .error)
        // What came after the commit that failed was not written, nor was its place in the model.
        let written = try count(file, "SELECT count(*) FROM members WHERE key < 'p3500'")
        #expect(written > 0 && written <= 2500)
        #expect(try count(file, "SELECT count(*) FROM members") == written)
        #expect(first.counts.entered == written && first.counts.moved == written)
        let stats = try bench.stats(journey)
        #expect(stats.total.active + stats.total.completed == written)

        try file.execute("DROP TRIGGER broken")
        let second = try bench.runOnce(journey)
        #expect(second.status == .completed, "\(second.error)")
        #expect(second.counts.entered == Self.rows.count - written)
        #expect(try count(file, "SELECT count(*) FROM members") == Self.rows.count)
        let total = try bench.stats(journey).total
        #expect(total.active == Self.rows.count / 2 && total.completed == Self.rows.count / 2)
    }

    private func count(_ database: Database, _ sql: String) throws -> Int {
        let statement = try database.statement(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.int(0) : 0
    }
}
