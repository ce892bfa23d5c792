import CSQLite
import Platform
import SQLite

/// The reading connections of a member store: as many as there were reads at once.
final class MemberReaders: Sendable {
    private struct State {
        var idle: [Lent] = []
        var lent = 0
        var closed = false
    }
    /// A connection goes from thread to thread, with one of them at a time.
    private final class Lent: @unchecked Sendable {
        let database: Database
        init(_ database: Database) { self.database = database }
    }

    private let path: String
    private let state = Monitor(State())

    /// Inner pages of ten million rows are about 1 MB; leaves pass through once.
    private static let cacheBytes = 4 << 20
    /// Connections kept when idle.
    private static let kept = 8

    init(path: String) { self.path = path }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let idle = try state.withLock { state in
            if state.closed { throw MemberStoreError.closed }
            state.lent += 1
            return state.idle.popLast()
        }
        var connection = idle
        defer {
            state.update { state in
                state.lent -= 1
                if let connection, !state.closed, state.idle.count < Self.kept { state.idle.append(connection) }
            }
        }
        let lent = try idle ?? open()
        connection = lent
        return try body(lent.database)
    }

    /// Waits for the reads in progress and closes all.
    func close() {
        state.update { $0.closed = true }
        state.wait { state -> Void? in
            guard state.lent == 0 else { return nil }
            state.idle.removeAll()
            return ()
        }
    }

    private func open() throws -> Lent {
        let database = try Database(path: path, access: .readOnly, cacheBytes: Self.cacheBytes)
        tessera_rows_register(database.handle)
        tessera_collect_register(database.handle)
        return Lent(database)
    }
}
