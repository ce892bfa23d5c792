import CTessera
import Platform

/// The `tessera_host` lent to one generation.
///
/// Kept for the life of the process, like the plugin's mapping: a thread that a plugin forgot must not log into freed
/// memory. Sendable without a check because it is written in `init` only.
final class HostTable: @unchecked Sendable {
    private let version: LentText
    private let write: @Sendable (UInt32, String) -> Void
    private let now: @Sendable () -> Int64
    private let services: @Sendable (String) -> UnsafeRawPointer?
    private var table: LentTable<tessera_host, HostTable>?
    private static let all = Monitor<[HostTable]>([])

    init(
        version: LentText, write: @escaping @Sendable (_ level: UInt32, _ message: String) -> Void,
        now: @escaping @Sendable () -> Int64, services: @escaping @Sendable (String) -> UnsafeRawPointer?
    ) {
        self.version = version
        self.write = write
        self.now = now
        self.services = services
        table = LentTable(
            tessera_host(
                size: UInt32(MemoryLayout<tessera_host>.size), abi_minor: UInt32(TESSERA_ABI_MINOR),
                version: version.text.data,
                log: { host, level, message in
                    guard let host else { return }
                    LentTable<tessera_host, HostTable>.owner(of: host).write(
                        level, String(borrowed: message, limit: 8192))
                },
                now_us: { host in
                    guard let host else { return 0 }
                    return LentTable<tessera_host, HostTable>.owner(of: host).now()
                },
                service: { host, id in
                    guard let host, let id = String(table: id, limit: 256) else { return nil }
                    return LentTable<tessera_host, HostTable>.owner(of: host).services(id)
                }),
            owner: self)
        HostTable.all.withLock { $0.append(self) }
    }

    var pointer: UnsafePointer<tessera_host>? { table?.pointer }
}
