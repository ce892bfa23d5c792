import CTessera
import Platform
import Synchronization

/// One content of one plugin, started: its tables, its lock for [control] calls and what it did so far.
final class PluginGeneration: Sendable {
    let image: PluginImage
    /// 1, 2 … per plugin id.
    let number: Int
    let sha256: String
    /// Where it was found: a file in a plugin directory, or the store's copy.
    let path: String
    /// The name of its file in a plugin directory; empty when it came from the store and that is not known.
    let file: String
    /// What `plugins.lock` said of its content when it was loaded.
    let lock: PluginLock.Entry?
    let loadedAt: Int64
    let figures = GenerationFigures()
    let environment: HostEnvironment
    private let host: HostTable
    /// Held during [control] calls, which may take as long as the plugin likes.
    private let control = Monitor(())
    /// Held for moments only.
    private let life = Monitor(Life())
    private let quarantine = Monitor<String?>(nil)

    private struct Life {
        var instances = 0
        var isStarted = false
        var isRetiring = false
        var isRetired = false
    }

    init(
        image: PluginImage, number: Int, sha256: String, path: String, file: String = "",
        lock: PluginLock.Entry? = nil, loadedAt: Int64, environment: HostEnvironment
    ) {
        self.image = image
        self.number = number
        self.sha256 = sha256
        self.path = path
        self.file = file
        self.lock = lock
        self.loadedAt = loadedAt
        self.environment = environment
        host = HostTable(
            version: environment.version, write: environment.writer(of: image.id), now: environment.hostTime,
            services: environment.service)
        image.remote?.countIgnored(in: figures)
    }

    /// `inproc` or `process`.
    var isolation: String { image.isolation.rawValue }

    /// Calls the plugin's `start`, once.
    func start() throws(Refusal) {
        let status = startStatus()
        guard status == 0 else {
            throw Refusal("the plugin's start returned \(status): see its own lines in the log")
        }
    }

    /// The plugin's own answer to `start`, for whoever judges it elsewhere. Once.
    func startStatus() -> Int32 {
        control.withLock { _ in
            let status = image.start(host.pointer)
            life.withLock { $0.isStarted = status == 0 }
            return status
        }
    }

    /// Runs a [control] call, one at a time.
    func controlled<Result>(_ body: () -> Result) -> Result { control.withLock { _ in body() } }

    /// Runs an `open` and counts the instance when there is one; nil when the plugin is retired already.
    func opening<Result>(_ body: () -> (Result, isOpen: Bool)) -> Result? {
        control.withLock { _ in
            guard !isRetired else { return nil }
            let (result, isOpen) = body()
            if isOpen { life.withLock { $0.instances += 1 } }
            return result
        }
    }

    /// Runs a `close`; the last one of a generation that is to retire retires it.
    func closing(_ body: () -> Void) {
        control.withLock { _ in
            body()
            life.withLock { $0.instances -= 1 }
            retireIfUnused()
        }
    }

    /// No more instances are wanted: the plugin's `retire` is called once the last one is closed, perhaps at once.
    func retire() {
        life.withLock { $0.isRetiring = true }
        control.withLock { _ in retireIfUnused() }
    }

    /// The same, but `retire` is called on the host's own thread for closing, never here.
    func retireSoon() {
        life.withLock { $0.isRetiring = true }
        environment.reaper.after { [self] in control.withLock { _ in retireIfUnused() } }
    }

    /// It is wanted again. False when it has retired already: then its content needs a mapping of its own.
    func resume() -> Bool {
        life.withLock { life in
            guard life.isStarted, !life.isRetired else { return false }
            life.isRetiring = false
            return true
        }
    }

    // None of these waits for a call of the plugin.
    var openInstances: Int { life.withLock { $0.instances } }
    var isRetiring: Bool { life.withLock { $0.isRetiring } }
    var isRetired: Bool { life.withLock { $0.isRetired } }

    /// Why it is stopped; nil when it works.
    var quarantineReason: String? { quarantine.withLock { $0 } ?? image.remote?.quarantineReason }
    func putInQuarantine(_ reason: String) {
        quarantine.withLock { $0 = reason }
        image.remote?.restoreQuarantine(reason)
    }
    func liftQuarantine() {
        quarantine.withLock { $0 = nil }
        _ = image.remote?.liftQuarantine()
    }

    /// Under the lock for [control] calls.
    private func retireIfUnused() {
        let isDue = life.withLock { life -> Bool in
            guard life.isRetiring, life.isStarted, !life.isRetired, life.instances == 0 else { return false }
            life.isRetired = true
            return true
        }
        if isDue { image.retire() }
    }
}
