import Journeys
import Platform

/// control.db: workspaces, keys, sources, models, destinations, journeys with every version a row, runs, plugin
/// generations. An acknowledged write survives power loss.
///
/// Reads run on the calling thread, which keeps a connection of its own. Writes are queued to one committer, which puts
/// many into one transaction and answers after the fsync. Other processes may use the file at the same time. All methods
/// are safe from any thread unless they say otherwise.
public final class ControlStore: Sendable {
    public let dataDirectory: String

    private struct Threads {
        var committer: NativeThread
        var checkpointer: NativeThread
    }

    let readers: ControlReadPool
    private let committer: ControlCommitter
    private let checkpointer: ControlCheckpointer
    /// Nil once closed.
    private let threads: Monitor<Threads?>

    /// Opens DATA/control.db, making it, the directory (0700) and DATA/secret.key (0600) when they are not there, and
    /// brings its schema up to date.
    /// - Throws: `StoreError` (newerSchema, secretKey, corrupt, storage …), `SystemError`.
    public init(
        dataDirectory: String, secretKey: SecretKeySource = .fromEnvironment(), clock: any Clock, log: Log
    ) throws {
        try Files.makeDirectory(dataDirectory)
        let path = dataDirectory + "/control.db"
        let connection = try ControlConnection(path: path, access: .readWrite, cacheBytes: 16 << 20)
        do {
            try SchemaMigrator.migrate(connection.database, ControlMigrations.all, file: path)
        } catch {
            throw StoreError.from(error)
        }
        let vault = try Self.vault(secretKey, dataDirectory, connection, log)
        self.dataDirectory = dataDirectory
        readers = ControlReadPool(path: path, vault: vault)
        committer = ControlCommitter(log: log)
        checkpointer = ControlCheckpointer(path: path, log: log)
        checkpointer.watch(connection)
        let writer = ControlWriter(connection: connection, vault: vault)
        let threads = Threads(
            committer: committer.start(writer, checkpointer: checkpointer), checkpointer: checkpointer.start())
        self.threads = Monitor(threads)
        guard threads.committer.isRunning, threads.checkpointer.isRunning else {
            close()
            throw StoreError.storage(code: 0, message: "the system gives no more threads")
        }
    }

    deinit { close() }

    /// Commits the writes that wait and closes all connections, those of other threads too, waiting for reads at work.
    /// Later calls throw `StoreError.closed`. Not from inside a read or a write. A second call does nothing.
    public func close() {
        let threads = threads.withLock { threads in
            defer { threads = nil }
            return threads
        }
        guard let threads else { return }
        committer.close()
        // The last reference may have gone in a write's answer, on the committer itself: it can't wait for its own end.
        if committer.isCurrentThread { threads.committer.detach() } else { threads.committer.join() }
        readers.close()
        // Last: the last connection that may write empties the log and removes it.
        checkpointer.close()
        threads.checkpointer.join()
    }

    // MARK: Reading

    /// Runs `body` in one read transaction on this thread's connection: all that it reads is of one moment, and sees
    /// every write that was answered before. Within another read it joins that one's transaction. Neither the reader nor
    /// a write may be waited for inside.
    public func read<Result>(_ body: (ControlReader) throws -> Result) throws -> Result {
        let connection = try readers.connection()
        if let reader = connection.current { return try body(reader) }
        return try connection.read(body)
    }

    /// The text of an object of a workspace: `make` reads it, and is asked again only when anything in the database has changed,
    /// by whichever process. Sees what a read sees.
    /// - Parameter make: its text depends on the database alone; nil when there is no such object.
    public func object(
        _ kind: ObjectKind, workspaceID: String, id: UUIDBits, _ make: (ControlReader) throws -> ObjectText?
    ) throws -> ObjectText? {
        let connection = try readers.connection()
        if let reader = connection.current { return try make(reader) }
        return try connection.object(ObjectMemory.Key(kind: kind, id: id), workspaceID: workspaceID, make)
    }

    /// Begins a bracket on this thread: all reads until `endReads` share one transaction, which starts with the first.
    /// What is written meanwhile shows in the next bracket, so answer only requests received before.
    public func beginReads() { (try? readers.connection())?.begin() }

    /// Ends this thread's bracket.
    public func endReads() { readers.existingConnection()?.end() }

    /// Moves whenever a key is revoked or rotated, by whichever process: what was kept of keys before is old then. Read once a
    /// bracket. Not inside a read.
    public func keyChanges() throws -> Int64 { try readers.connection().readKeyChanges() }

    // MARK: Writing

    /// Queues a write. `body` runs on the committer's thread in a savepoint of its own: when it throws, only what it wrote
    /// is undone. It may run with others in one transaction and sees what they wrote. Keep it short.
    ///
    /// `then` is called once: after the commit is on the disk, or with the body's error, `notCommitted` when the whole
    /// group was lost, `overloaded` or `closed`. It runs on the committer's thread (on the caller's for the last two):
    /// it must hand over and return.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (ControlWriter) throws -> Value,
        then: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        if let error = committer.submit(ControlJob(body, then: then)) { then(.failure(error)) }
    }

    /// The same, waiting for the disk. Never on a reactor; on the committer's thread it throws.
    @discardableResult
    public func write<Value: Sendable>(_ body: @escaping @Sendable (ControlWriter) throws -> Value) throws -> Value {
        guard !committer.isCurrentThread else {
            throw StoreError.storage(code: 0, message: "a write can't wait for another one on the committer's thread")
        }
        let answer = Monitor<Result<Value, any Error>?>(nil)
        write(body) { result in answer.update { $0 = result } }
        return try answer.wait { $0 }.get()
    }

    /// Writes that wait for their group. Any thread.
    public var waitingWrites: Int { committer.waiting }

    /// Why the last group of writes was not taken by the disk; nil when it was. Any thread.
    public var refusal: String? { committer.refusal.withLock { $0 } }

    /// Has something written that changes nothing, so that `refusal` tells of the present. Does not wait.
    public func proveWritable() {
        write({ try $0.proveWritable() }, then: { _ in })
    }

    // MARK: Opening

    /// The vault, with the key checked against the one that the database was made with.
    private static func vault(
        _ source: SecretKeySource, _ dataDirectory: String, _ connection: ControlConnection, _ log: Log
    ) throws -> SecretVault {
        func storedCheck() throws -> [UInt8]? {
            try connection.first("SELECT value FROM settings WHERE name = 'secret_key_check'") { $0.blob(0) }
        }
        let check = try storedCheck()
        let vault = try SecretVault(
            key: source.load(dataDirectory: dataDirectory, mayMake: check == nil, log: log))
        if check == nil {
            let sealed = try vault.sealedCheck()
            // Another process may open a new directory at the same moment: the first check stays.
            try connection.run("INSERT OR IGNORE INTO settings(name, value) VALUES ('secret_key_check', ?1)") {
                $0.bind(1, blob: sealed)
            }
        }
        guard let stored = try storedCheck(), vault.matches(stored) else {
            throw StoreError.secretKey(
                "the secret key is not the one that \(dataDirectory) was made with: put back its secret.key, or set "
                    + "TESSERA_SECRET_KEY to its key")
        }
        return vault
    }
}
