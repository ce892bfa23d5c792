import CTessera
import Platform

/// What every generation and instance of one host shares.
final class HostEnvironment: Sendable {
    let version: LentText
    let clock: any Clock
    let log: Log
    let watchdog: Watchdog
    let reaper: Reaper
    let service: @Sendable (String) -> UnsafeRawPointer?
    /// What `host->now_us` gives.
    let hostTime: @Sendable () -> Int64
    /// Told on a thread of its own when a plugin's process died too often: plugin id, sha256, reason. Set once by the host.
    let onQuarantine = Monitor<(@Sendable (String, String, String) -> Void)?>(nil)
    private let logLine: @Sendable (_ pluginID: String, _ level: UInt32, _ message: String) -> Void

    /// - Parameters:
    ///   - logLine: takes what plugins log; nil: the log, marked with the plugin's id.
    ///   - hostTime: nil: the clock.
    init(
        version: String, clock: any Clock, log: Log, service: @escaping @Sendable (String) -> UnsafeRawPointer?,
        logLine: (@Sendable (_ pluginID: String, _ level: UInt32, _ message: String) -> Void)? = nil,
        hostTime: (@Sendable () -> Int64)? = nil
    ) {
        self.version = LentText(version)
        self.clock = clock
        self.log = log
        self.service = service
        self.logLine = logLine ?? { log.write($1, $2, ofPlugin: $0) }
        self.hostTime = hostTime ?? { clock.now() }
        watchdog = Watchdog(clock: clock)
        reaper = Reaper()
    }
}

extension HostEnvironment {
    /// Takes the lines of one plugin.
    func writer(of pluginID: String) -> @Sendable (UInt32, String) -> Void {
        { [logLine] level, message in logLine(pluginID, level, message) }
    }

    /// A plugin's process was given up. The caller may be a thread of a run: what follows must not hold it.
    func quarantined(_ pluginID: String, _ sha256: String, _ reason: String) {
        guard let told = onQuarantine.withLock({ $0 }) else { return }
        reaper.after { told(pluginID, sha256, reason) }
    }

    /// Ends the threads of the host. More than once is fine.
    func stop() {
        reaper.stop()
        watchdog.stop()
    }
}

extension Log {
    /// A line that a plugin wrote, at one of the header's levels.
    fileprivate func write(_ level: UInt32, _ message: String, ofPlugin id: String) {
        switch level {
        case TESSERA_LOG_DEBUG: debug(event: "plugin_says", message, ["plugin": id])
        case TESSERA_LOG_INFO: info(event: "plugin_says", message, ["plugin": id])
        case TESSERA_LOG_WARNING: warning(event: "plugin_says", message, ["plugin": id])
        default: error(event: "plugin_says", message, ["plugin": id])
        }
    }
}
