import CTessera
import Platform
import Synchronization

/// A plugin that lives in processes of its own: keeps one running, starts it again when it has died, and gives it up when
/// it dies too often. The gateway calls it through tables that look like any plugin's (`RemoteTables`). Any thread.
final class RemotePlugin: Sendable {
    struct State {
        var process: RemoteProcess?
        /// Those of hunts too, by serial.
        var all: [UInt64: WeakProcess] = [:]
        /// A thread is starting the next process; others wait for it.
        var isStarting = false
        var isRetired = false
        var ledger = CrashLedger()
        /// Why nothing is started any more; nil while it is not in quarantine.
        var quarantine: String?
        /// Real time before which no process is started.
        var notBefore: Int64 = 0
        var restarts = 0
        /// Calls that died with their process, for the hunter's thread.
        var bereaved: [TileTarget] = []
        var isHunting = false
        /// Configs over which a process has died in `open`, by what was asked, and when.
        var fatalConfigs: [[UInt8]: (reason: String, at: Int64)] = [:]
        /// ASYNC calls that passed their deadline since one was ended in time.
        var overdue = 0
        /// Where outcomes that were ignored are counted.
        var figures: GenerationFigures?
        /// What the plugin's `start` was given; set before any call.
        var host: UnsafePointer<tessera_host>?
    }

    struct WeakProcess: Sendable {
        weak var process: RemoteProcess?
    }

    let launch: RemoteLaunch
    let sha256: String
    let description: PluginDescription
    let environment: HostEnvironment
    let state = Monitor(State())
    /// Whether a call with rows has ever come back: else a plugin that dies of a single member is not yet known to be good.
    let hasWorked = Atomic<Bool>(false)

    /// Starts the first process.
    /// - Throws: why the plugin can't be used.
    init(_ launch: RemoteLaunch, sha256: String, environment: HostEnvironment) throws(Refusal) {
        self.launch = launch
        self.sha256 = sha256
        self.environment = environment
        let process = try RemoteProcess(launch)
        description = process.description
        state.withLock { $0.process = process }
        process.belong(to: self)
    }

    deinit { state.withLock { $0.process }?.end("is not needed any more") }

    var id: String { description.id }
    var quarantineReason: String? { state.withLock { $0.quarantine } }
    /// How often a process took the place of one that had died.
    var restarts: Int { state.withLock { $0.restarts } }

    /// Calls the plugin's `start` in its first process.
    func start(_ host: UnsafePointer<tessera_host>?) -> Int32 {
        let process = state.withLock { state in
            state.host = host
            return state.process
        }
        guard let process else { return -1 }
        do throws(ProcessGone) {
            return try start(process)
        } catch {
            log("the plugin \(error.reason) in its start")
            return -1
        }
    }

    /// Calls the plugin's `retire` and lets its process go.
    func retire() {
        let process = state.update { state in
            defer { state.process = nil }
            state.isRetired = true
            return state.process
        }
        guard let process else { return }
        do throws(ProcessGone) {
            try process.call(.retire, [], timeoutUs: launch.limits.controlTimeoutUs) { _ in }
            process.finish()
        } catch {
            log("the plugin \(error.reason) in its retire")
        }
    }

    func start(_ process: RemoteProcess) throws(ProcessGone) -> Int32 {
        try process.call(.start, [], timeoutUs: launch.limits.controlTimeoutUs) { answer throws(WireError) in
            try answer.integer(Int32.self)
        }
    }

    func countIgnored(in figures: GenerationFigures) { state.withLock { $0.figures = figures } }

    /// Outcomes that make no sense, or came too late, as a process has counted them.
    func count(dropped: Int, late: Int) {
        guard let figures = state.withLock({ $0.figures }) else { return }
        if dropped > 0, figures.dropped(dropped) == 0 {
            log("a tile reported outcomes that were ignored: row, branch, kind or time out of range")
        }
        if late > 0, figures.late(late) == 0 { log("a tile reported after its call had ended") }
    }

    func register(_ process: RemoteProcess) {
        state.withLock { state in
            state.all = state.all.filter { $0.value.process != nil }
            state.all[process.serial] = WeakProcess(process: process)
        }
    }

    func log(_ message: String) {
        environment.log.warning(event: "plugin_misbehaves", message, ["plugin": id, "sha256": sha256])
    }

    /// A line that the plugin itself wrote.
    func log(_ level: UInt32, _ text: tessera_str) {
        guard let host = state.withLock({ $0.host }) else { return }
        host.pointee.log?(host, level, text)
    }
}
