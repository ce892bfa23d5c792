import Glibc
import Platform

/// The read connections of one store: one per thread that reads, closed when its thread ends or the store closes.
final class ControlReadPool: Sendable {
    let path: String
    let vault: SecretVault
    /// Nil once closed.
    private let connections = Monitor<[ObjectIdentifier: ControlReadConnection]?>([:])

    init(path: String, vault: SecretVault) {
        self.path = path
        self.vault = vault
    }

    /// This thread's connection, opened at its first use.
    func connection() throws -> ControlReadConnection {
        if let connection = existingConnection() { return connection }
        let thread = try ThreadConnections.current()
        guard connections.withLock({ $0 != nil }) else { throw StoreError.closed }
        let connection = try ControlReadConnection(pool: self)
        try connections.withLock { connections in
            guard connections != nil else { throw StoreError.closed }
            connections?[ObjectIdentifier(connection)] = connection
        }
        thread.add(connection)
        return connection
    }

    /// This thread's connection if it has one already.
    func existingConnection() -> ControlReadConnection? {
        ThreadConnections.connection(of: self)
    }

    /// How many threads have a connection.
    var count: Int { connections.withLock { $0?.count ?? 0 } }

    fileprivate func remove(_ connection: ControlReadConnection) {
        connections.withLock { _ = $0?.removeValue(forKey: ObjectIdentifier(connection)) }
        connection.close()
    }

    /// Closes all connections, waiting for the reads at work. Reads that come later throw `StoreError.closed`.
    func close() {
        let open = connections.withLock { connections in
            defer { connections = nil }
            return connections ?? [:]
        }
        for connection in open.values { connection.close() }
    }
}

/// What a thread keeps: its connections to the stores that it has read from. Let go when the thread ends.
private final class ThreadConnections {
    private var connections: [ControlReadConnection] = []

    deinit {
        for connection in connections { connection.pool.remove(connection) }
    }

    private func find(_ pool: ControlReadPool) -> ControlReadConnection? {
        for connection in connections where connection.pool === pool { return connection }
        return nil
    }

    func add(_ connection: ControlReadConnection) {
        // A process with one store never has any closed ones; tests open and close many.
        connections = connections.filter { !$0.isClosed } + [connection]
    }

    /// The calling thread's, if it has one. Every read asks.
    static func connection(of pool: ControlReadPool) -> ControlReadConnection? {
        guard let key, let pointer = pthread_getspecific(key) else { return nil }
        return Unmanaged<ThreadConnections>.fromOpaque(pointer)._withUnsafeGuaranteedRef { $0.find(pool) }
    }

    /// One key for the process: systems have few of them, and a deleted one would leave its values behind.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        let status = pthread_key_create(&key) { pointer in
            if let pointer { Unmanaged<ThreadConnections>.fromOpaque(pointer).release() }
        }
        return status == 0 ? key : nil
    }()

    /// The calling thread's.
    static func current() throws -> ThreadConnections {
        guard let key else { throw StoreError.storage(code: 0, message: "the system has no thread-local key left") }
        if let pointer = pthread_getspecific(key) {
            return Unmanaged<ThreadConnections>.fromOpaque(pointer).takeUnretainedValue()
        }
        let connections = ThreadConnections()
        let pointer = Unmanaged.passRetained(connections)
        guard pthread_setspecific(key, pointer.toOpaque()) == 0 else {
            pointer.release()
            throw StoreError.storage(code: 0, message: "no memory for a thread-local value")
        }
        return connections
    }
}
