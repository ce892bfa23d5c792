import Platform
import Store

/// Removes what is beyond the retention of the audit log, at the start and then hourly, in bounded steps, on a thread of its own.
/// The retention is a setting, which changes with a start only: a shorter one is kept to at once.
final class AuditKeeper: Sendable {
    /// Microseconds by the gateway's clock.
    static let interval: Int64 = 3_600_000_000

    private let control: ControlStore
    private let retention: AuditRetention
    private let clock: any Clock
    private let log: Log
    private let repeater: Repeater

    init(control: ControlStore, retention: AuditRetention, clock: any Clock, log: Log) {
        self.control = control
        self.retention = retention
        self.clock = clock
        self.log = log
        repeater = Repeater(name: "audit", every: Self.interval, clock: clock)
    }

    func start() { repeater.start { [self] in tidy() } }

    /// A second call does nothing.
    func stop() { repeater.stop() }

    private func tidy() {
        do {
            let logs: [String?] = try [nil] + control.read { try $0.workspaces().items.map(\.id) }
            for workspaceID in logs { try tidy(workspaceID) }
        } catch {
            log.warning(
                event: "audit_not_swept", "old entries of the audit log could not be removed", ["error": "\(error)"])
        }
    }

    private func tidy(_ workspaceID: String?) throws {
        let now = clock.now()
        guard let end = try control.read({ try $0.auditEnd(workspaceID: workspaceID, retention, at: now) }) else {
            return
        }
        while !repeater.isStopping {
            let removed = try control.write { try $0.removeAudit(workspaceID: workspaceID, upTo: end) }
            if removed == 0 { return }
        }
    }
}
