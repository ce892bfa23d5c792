import CTessera
import Platform
import Synchronization

/// One content of one plugin, started: its tables, its lock for [control] calls and what it did so far.
final class PluginGeneration: Sendable {
    let image: PluginImage
    /// 1, 2 … per plugin id.
    let number: Int
    let sha256: String
    let path: String
    let isLocked: Bool
    let loadedAt: Int64
    let figures = GenerationFigures()
    let environment: HostEnvironment
    private let host: HostTable
    private let control = Monitor<Life>(Life())

    private struct Life {
        var instances = 0
        var isStarted = false
        var isRetiring = false
        var isRetired = false
    }

    init(
        image: PluginImage, number: Int, sha256: String, path: String, isLocked: Bool, loadedAt: Int64,
        environment: HostEnvironment
    ) {
        self.image = image
        self.number = number
        self.sha256 = sha256
        self.path = path
        self.isLocked = isLocked
        self.loadedAt = loadedAt
        self.environment = environment
        host = HostTable(
            pluginID: image.id, version: environment.version, log: environment.log, clock: environment.clock,
            services: environment.service)
    }

    /// Calls the plugin's `start`, once.
    func start() throws(Refusal) {
        let status = control.withLock { life -> Int32 in
            let status = image.table.pointee.start?(host.pointer) ?? -1
            life.isStarted = status == 0
            return status
        }
        guard status == 0 else {
            throw Refusal("the plugin's start returned \(status): see its own lines in the log")
        }
    }

    /// Runs a [control] call, one at a time.
    func controlled<Result>(_ body: () -> Result) -> Result { control.withLock { _ in body() } }

    /// Runs an `open` and counts the instance when there is one; nil when the plugin is retired already.
    func opening<Result>(_ body: () -> (Result, isOpen: Bool)) -> Result? {
        control.withLock { life in
            guard !life.isRetired else { return nil }
            let (result, isOpen) = body()
            if isOpen { life.instances += 1 }
            return result
        }
    }

    /// Runs a `close`; the last one of a generation that is to retire retires it.
    func closing(_ body: () -> Void) {
        control.withLock { life in
            body()
            life.instances -= 1
            retireIfUnused(&life)
        }
    }

    /// No more instances are wanted: the plugin's `retire` is called once the last one is closed.
    func retire() {
        control.withLock { life in
            life.isRetiring = true
            retireIfUnused(&life)
        }
    }

    var openInstances: Int { control.withLock { $0.instances } }
    var isRetired: Bool { control.withLock { $0.isRetired } }

    private func retireIfUnused(_ life: inout Life) {
        guard life.isRetiring, life.isStarted, !life.isRetired, life.instances == 0 else { return }
        life.isRetired = true
        image.table.pointee.retire?()
    }
}
