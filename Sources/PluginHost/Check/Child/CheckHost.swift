import CTessera
import Glibc
import Platform

/// What a plugin under test finds as its host: real time, which a section can move ahead, a destination that leads
/// nowhere, and a log that goes into the report.
final class CheckHost: @unchecked Sendable {
    let clock: MovedClock
    let table: HostTable
    private let services = ProbeServices()

    /// - Parameter hasServices: false: `host->service` knows nothing, as an older or smaller host.
    init(session: CheckSession, hasServices: Bool = true) {
        let clock = MovedClock()
        self.clock = clock
        let services = services
        table = HostTable(
            version: LentText("check"),
            write: { level, message in if level >= TESSERA_LOG_WARNING { session.log(message) } },
            now: { clock.now() },
            services: { id in
                guard hasServices else { return nil }
                return id == TESSERA_SERVICE_CONNECTORS
                    ? UnsafeRawPointer(CheckDestination.service) : services.table(id)
            })
    }

    /// Calls `start`; 0 for success.
    func start(_ plugin: UnsafePointer<tessera_plugin>?) -> Int32 { plugin?.pointee.start?(table.pointer) ?? -1 }

    /// The plugin's own table, from its file once more; null when it gives none.
    static func table(_ path: String) -> UnsafePointer<tessera_plugin>? {
        let entry = dlopen(path, RTLD_NOW | RTLD_LOCAL).flatMap { dlsym($0, PluginImage.entrySymbol) }.map {
            unsafeBitCast($0, to: (@convention(c) () -> UnsafePointer<tessera_plugin>?).self)
        }
        return entry?()
    }
}

/// The machine's clock with a lead that only grows.
final class MovedClock: Clock {
    private let system = SystemClock()
    private let lead = Monitor<Int64>(0)

    func now() -> Int64 { system.now() + lead.withLock { $0 } }

    /// Sees to it that the clock reads at least `time`.
    func reach(_ time: Int64) {
        let behind = time - now()
        if behind > 0 { lead.withLock { $0 += behind } }
    }

    func wait<State, Result>(
        on monitor: Monitor<State>, deadline: Int64, until body: (inout State) -> Result?
    ) -> Result? {
        monitor.wait(microseconds: max(0, deadline - now()), until: body)
    }
}
