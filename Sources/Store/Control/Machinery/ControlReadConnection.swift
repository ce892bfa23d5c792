import Platform

/// The connection of one thread for reads. Only its own thread reads with it; the store may close it from another.
final class ControlReadConnection: @unchecked Sendable {
    let pool: ControlReadPool
    /// Nil once closed. Held by the thread while it reads, so that closing waits for the read.
    private let reader: Monitor<ControlReader?>

    // Touched by the owning thread only.
    /// The reader while its thread is inside `read`, for a read within a read.
    private(set) var current: ControlReader?
    private var isBracketed = false
    private var hasBegun = false
    /// What was read of them in this bracket.
    private var keyChanges: Int64?
    private var version: UInt32?
    private var memory = ObjectMemory()

    init(pool: ControlReadPool) throws {
        self.pool = pool
        let connection = try ControlConnection(path: pool.path, access: .readOnly, cacheBytes: 8 << 20)
        reader = Monitor(ControlReader(connection: connection, vault: pool.vault))
    }

    /// Runs `body` in one read transaction: its own, or the one of the bracket, which starts with the first read in it.
    func read<Result>(_ body: (ControlReader) throws -> Result) throws -> Result {
        try reader.withLock { reader in
            guard let reader else { throw StoreError.closed }
            current = reader
            defer { current = nil }
            if isBracketed {
                if !hasBegun { try reader.connection.run("BEGIN") }
                hasBegun = true
                return try body(reader)
            }
            try reader.connection.run("BEGIN")
            defer { _ = try? reader.connection.run("COMMIT") }
            return try body(reader)
        }
    }

    /// Reads the count once a bracket: every request asks for it.
    func readKeyChanges() throws -> Int64 {
        if let keyChanges { return keyChanges }
        let count = try read { try $0.keyChanges() }
        if isBracketed { keyChanges = count }
        return count
    }

    /// An object's text: what was made of it before, if nothing in the database has changed since, else what `make` makes of it.
    func object(
        _ key: ObjectMemory.Key, workspaceID: String, _ make: (ControlReader) throws -> ObjectText?
    ) throws -> ObjectText? {
        if let version, let known = memory.find(key, workspaceID: workspaceID, version: version) { return known }
        return try read { reader in
            guard let version = try readVersion(reader) else { return try make(reader) }
            if let known = memory.find(key, workspaceID: workspaceID, version: version) { return known }
            let object = try make(reader)
            if let object { memory.keep(object, key, workspaceID: workspaceID, version: version) }
            return object
        }
    }

    /// Of the data that this transaction sees. Only its first read settles what that is.
    private func readVersion(_ reader: ControlReader) throws -> UInt32? {
        if let version { return version }
        _ = try reader.keyChanges()
        let version = reader.connection.database.dataVersion
        if isBracketed { self.version = version }
        return version
    }

    func begin() {
        // A bracket that its owner forgot to end would show yesterday's data for ever.
        end()
        isBracketed = true
    }

    func end() {
        isBracketed = false
        keyChanges = nil
        version = nil
        guard hasBegun else { return }
        hasBegun = false
        reader.withLock { reader in _ = try? reader?.connection.run("COMMIT") }
    }

    /// Waits for a read at work, then closes. Any thread but one that is inside `read`.
    func close() { reader.withLock { $0 = nil } }

    var isClosed: Bool { reader.withLock { $0 == nil } }
}
