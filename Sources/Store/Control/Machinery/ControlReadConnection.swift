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
    /// What was read of it in this bracket.
    private var keyChanges: Int64?

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

    func begin() {
        // A bracket that its owner forgot to end would show yesterday's data for ever.
        end()
        isBracketed = true
    }

    func end() {
        isBracketed = false
        keyChanges = nil
        guard hasBegun else { return }
        hasBegun = false
        reader.withLock { reader in _ = try? reader?.connection.run("COMMIT") }
    }

    /// Waits for a read at work, then closes. Any thread but one that is inside `read`.
    func close() { reader.withLock { $0 = nil } }

    var isClosed: Bool { reader.withLock { $0 == nil } }
}
