import CTessera
import Synchronization

/// What the gateway offers to the plugin, from `start` until `retire`. Any thread.
public enum Host {
    /// How much a line of log matters.
    public enum Level: UInt32, Sendable {
        case debug = 0
        case info = 1
        case warning = 2
        case error = 3
    }

    // The compiler asks for Sendable of what is behind the pointer; only the pointer itself changes, and it is atomic.
    nonisolated(unsafe) private static let pointer = Atomic<UnsafePointer<tessera_host>?>(nil)

    /// The table as the gateway lent it; nil before `start` and after `retire`.
    public static var table: UnsafePointer<tessera_host>? { pointer.load(ordering: .acquiring) }

    /// Writes one line of log, which the gateway marks with the plugin's id. Never put a secret or a member's attribute
    /// in it.
    public static func log(_ level: Level, _ message: String) {
        guard let table, let log = table.pointee.log else { return }
        message.withTesseraText { log(table, level.rawValue, $0) }
    }

    /// The gateway's clock in microseconds since 1970 UTC, for work between calls: inside one use the call's own `now`.
    /// 0 before `start` and after `retire`.
    public static var now: Int64 {
        guard let table, let now = table.pointee.now_us else { return 0 }
        return now(table)
    }

    /// The gateway's version, for logs only: test for services, not for versions.
    public static var version: String { table?.pointee.version.map { String(cString: $0) } ?? "" }

    /// A service by its id (`TESSERA_SERVICE_…`) as its C table; nil when this gateway has none of that name. Valid until
    /// `retire`. The type is the caller's claim.
    public static func service<Table>(_ id: String, as type: Table.Type = Table.self) -> UnsafePointer<Table>? {
        guard let table, let service = table.pointee.service else { return nil }
        return service(table, id)?.assumingMemoryBound(to: Table.self)
    }

    static func set(_ table: UnsafePointer<tessera_host>?) { pointer.store(table, ordering: .releasing) }

    /// Whether the table reaches as far as version 1.0 does.
    static func isUsable(_ table: UnsafePointer<tessera_host>) -> Bool {
        guard let last = MemoryLayout<tessera_host>.offset(of: \.service) else { return false }
        return Int(table.pointee.size) >= last + MemoryLayout<UnsafeRawPointer>.size
    }
}
