import CSQLite
import Platform
import SQLite

/// Moves what was committed from the write-ahead log into control.db, on a thread of its own so that no write waits for
/// it; only a log that outgrew its hard limit is emptied by the committer itself.
final class ControlCheckpointer: Sendable {
    /// Pages in the log from which the thread is woken.
    static let softLimit = 1000
    /// Pages in the log (64 MB) from which the committer waits for readers and empties it.
    static let hardLimit = 16_384
    private static let patience: Int32 = 250

    private struct State {
        var isWanted = false
        var isClosing = false
    }

    /// Touched by the committer's thread only.
    private final class LogSize: @unchecked Sendable {
        var pages = 0
        var nextForced = ControlCheckpointer.hardLimit
    }

    private let path: String
    private let log: Log
    private let state = Monitor(State())
    private let size = LogSize()

    init(path: String, log: Log) {
        self.path = path
        self.log = log
    }

    /// Has SQLite note the log's size at each commit of this connection, the committer's.
    func watch(_ connection: ControlConnection) {
        sqlite3_wal_hook(
            connection.database.handle,
            { size, _, _, pages in
                if let size { Unmanaged<LogSize>.fromOpaque(size).takeUnretainedValue().pages = Int(pages) }
                return SQLITE_OK
            }, Unmanaged.passUnretained(size).toOpaque())
    }

    func start() -> NativeThread {
        NativeThread(name: "control-checkpt") { [self] in run() }
    }

    /// Called by the committer after each group.
    func committed(on connection: ControlConnection) {
        if size.pages >= Self.softLimit { state.update { $0.isWanted = true } }
        if size.pages < Self.hardLimit { size.nextForced = Self.hardLimit }
        guard size.pages >= size.nextForced else { return }
        // A reader that stays can keep the log from starting over: wait for it shortly, then let the log grow on.
        sqlite3_busy_timeout(connection.database.handle, Self.patience)
        let status = checkpoint(connection, SQLITE_CHECKPOINT_RESTART)
        sqlite3_busy_timeout(connection.database.handle, 10_000)
        size.nextForced = status == SQLITE_OK ? Self.hardLimit : size.pages + Self.hardLimit / 4
    }

    func close() { state.update { $0.isClosing = true } }

    private func run() {
        let connection: ControlConnection
        do {
            connection = try ControlConnection(path: path, access: .readWrite, cacheBytes: 1 << 20)
        } catch {
            log.error(event: "control_not_checkpointed", "control.db can't be checkpointed", ["error": "\(error)"])
            return
        }
        var hasFailed = false
        while true {
            let goesOn = state.wait { state -> Bool? in
                if state.isClosing { return false }
                defer { state.isWanted = false }
                return state.isWanted ? true : nil
            }
            guard goesOn else { return }
            let status = checkpoint(connection, SQLITE_CHECKPOINT_PASSIVE)
            // One line when it begins to fail, not one a commit.
            if status != SQLITE_OK, status & 0xFF != SQLITE_BUSY, !hasFailed {
                log.warning(event: "control_not_checkpointed", "control.db was not checkpointed", ["code": "\(status)"])
            }
            hasFailed = status != SQLITE_OK
        }
    }

    private func checkpoint(_ connection: ControlConnection, _ mode: Int32) -> Int32 {
        sqlite3_wal_checkpoint_v2(connection.database.handle, nil, mode, nil, nil)
    }
}
