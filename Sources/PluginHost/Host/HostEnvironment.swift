import Platform

/// What every generation and instance of one host shares.
final class HostEnvironment: Sendable {
    let version: LentText
    let clock: any Clock
    let log: Log
    let watchdog: Watchdog
    let reaper: Reaper
    let service: @Sendable (String) -> UnsafeRawPointer?

    init(
        version: String, clock: any Clock, log: Log, service: @escaping @Sendable (String) -> UnsafeRawPointer?
    ) {
        self.version = LentText(version)
        self.clock = clock
        self.log = log
        self.service = service
        watchdog = Watchdog(clock: clock)
        reaper = Reaper()
    }
}

extension HostEnvironment {
    /// Ends the threads of the host. More than once is fine.
    func stop() {
        reaper.stop()
        watchdog.stop()
    }
}
