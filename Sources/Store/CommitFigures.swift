import CSQLite
import SQLite
import Synchronization

/// Commits of one kind of database since the process began: how many, how long, and what the writers' page caches gave.
public final class CommitFigures: Sendable {
    /// Of control.db, where one commit is a group of writes.
    public static let control = CommitFigures()
    /// Of all workspaces' members.
    public static let members = CommitFigures()

    /// Upper bounds in microseconds; the last bucket has none.
    public static let bounds: [Int64] = [500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000]

    private let buckets = InlineArray<11, Atomic<Int>> { _ in Atomic(0) }
    private let total = Atomic<Int>(0)
    private let hits = Atomic<Int>(0)
    private let misses = Atomic<Int>(0)

    /// A commit has ended. On the thread that wrote, outside of a transaction.
    func count(_ microseconds: Int64, _ database: Database) {
        var bucket = 0
        while bucket < Self.bounds.count, microseconds > Self.bounds[bucket] { bucket += 1 }
        buckets[bucket].wrappingAdd(1, ordering: .relaxed)
        total.wrappingAdd(Int(microseconds), ordering: .relaxed)
        hits.wrappingAdd(Self.take(SQLITE_DBSTATUS_CACHE_HIT, database), ordering: .relaxed)
        misses.wrappingAdd(Self.take(SQLITE_DBSTATUS_CACHE_MISS, database), ordering: .relaxed)
    }

    /// Commits by how long they took.
    public var counts: [Int] { Self.bounds.indices.map { bucket($0) } + [bucket(Self.bounds.count)] }
    /// Microseconds of all together.
    public var microseconds: Int { total.load(ordering: .relaxed) }
    /// Pages that a writer found in its cache, and that it had to read.
    public var cache: (hits: Int, misses: Int) { (hits.load(ordering: .relaxed), misses.load(ordering: .relaxed)) }

    private func bucket(_ index: Int) -> Int { buckets[index].load(ordering: .relaxed) }

    private static func take(_ what: Int32, _ database: Database) -> Int {
        var (present, highest): (Int32, Int32) = (0, 0)
        sqlite3_db_status(database.handle, what, &present, &highest, 1)
        return Int(present)
    }
}
