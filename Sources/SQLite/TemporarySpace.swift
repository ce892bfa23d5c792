import CSQLite
import Platform

/// What the statements of one connection may write into temporary files: sorts, and queries that are read into tables first.
/// It belongs to the connection's thread.
public final class TemporarySpace {
    private let spill: UnsafeMutablePointer<tessera_spill>
    /// The name under which SQLite knows it.
    var fileSystem: String { String(cString: spill.pointee.vfs.zName) }

    /// Those of connections that are gone. They are never freed: a statement may have outlived its connection.
    private static let spare = Monitor<[Spare]>([])

    private struct Spare: @unchecked Sendable { let spill: UnsafeMutablePointer<tessera_spill> }

    /// Without a limit.
    public init() throws(SQLiteError) {
        if let spare = Self.spare.withLock({ $0.popLast() }) {
            spill = spare.spill
        } else {
            guard let made = tessera_spill_make() else {
                throw SQLiteError(code: SQLITE_NOMEM, message: "no memory for a file system", sql: nil)
            }
            spill = made
        }
        allow(nil)
    }

    deinit {
        allow(nil)
        let spare = Spare(spill: spill)
        Self.spare.withLock { $0.append(spare) }
    }

    /// From now on statements may write so many bytes together; nil for as many as there is disk. A write beyond
    /// ends its statement with SQLITE_FULL.
    public func allow(_ bytes: Int64?) {
        spill.pointee.left = bytes ?? -1
        spill.pointee.is_exceeded = 0
    }

    /// Whether a statement came to the limit since `allow`.
    public var isExceeded: Bool { spill.pointee.is_exceeded != 0 }
}
