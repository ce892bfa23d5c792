import Crypto
import Delivery
import Engine
import HTTPServer
import Platform
import PluginHost
import Store
import Warehouse

/// A whole gateway: stores, plugins, engine and HTTP server, wired together. `start` and `stop` once each, from one thread.
public final class GatewayServer {
    private let configuration: GatewayConfiguration
    private let clock: any Clock
    private let log: Log
    private var running: Running?

    /// Microseconds between two looks for members' databases that nobody uses: one is closed after that time to twice as long.
    static let storeLook: Int64 = 300_000_000

    private struct Running {
        let lock: DataDirectoryLock
        let rooms: Rooms
        let workers: [WorkerPool]
        let server: HTTPServer
        let auditKeeper: AuditKeeper
        let storeKeeper: Repeater
        var watcher: DirectoryWatcher?
    }

    /// - Parameter clock: the gateway's one clock.
    public init(configuration: GatewayConfiguration, clock: any Clock = SystemClock(), log: Log) {
        self.configuration = configuration
        self.clock = clock
        self.log = log
    }

    deinit { stop() }

    /// Opens the stores, loads the plugins, takes up interrupted runs and serves.
    /// - Returns: the port.
    /// - Throws: `StoreError.locked` when another process serves this data directory; what the rooms say. Everything
    ///   opened by then is closed again.
    public func start() throws -> UInt16 {
        let lock = try DataDirectoryLock(dataDirectory: configuration.dataDirectory)
        let control = try ControlStore(dataDirectory: configuration.dataDirectory, clock: clock, log: log)
        let rooms: Rooms
        do {
            rooms = try makeRooms(control)
        } catch {
            control.close()
            throw error
        }
        let limits = configuration.limits
        let workers = WorkerPool(name: "worker", threads: 4, limit: limits.waitingCalls)
        let slowWorkers = WorkerPool(
            name: "slow", threads: 16, limit: limits.waitingSlowCalls, perOwner: limits.slowCallsPerWorkspace)
        rooms.pools.withLock { $0 = [("worker", workers), ("slow", slowWorkers)] }
        let router = Router(Routes.all)
        let observer = RequestObserver(
            router: router, figures: rooms.requests, accessLog: configuration.accessLog, clock: clock, level: log.level)
        let handler = GatewayHandler(
            rooms: rooms, router: router, observer: observer, workers: workers, slowWorkers: slowWorkers)
        let server = HTTPServer(configuration: configuration.server, handler: handler, log: log, clock: clock)
        rooms.watch(server)
        let keeper = AuditKeeper(control: control, retention: configuration.auditRetention, clock: clock, log: log)
        running = Running(
            lock: lock, rooms: rooms, workers: [workers, slowWorkers], server: server, auditKeeper: keeper,
            storeKeeper: Repeater(name: "members-idle", every: Self.storeLook, clock: clock))
        do {
            try rooms.takeUpDestinations()
            try rooms.engine.takeUp()
            rooms.events.start()
            // From here on plugins change under a gateway that works; the first look takes up files changed since.
            watchPlugins(rooms.plugins)
            let port = try server.start()
            // Last: a run that goes on first reads the log that a kill has left, some hundred megabytes of it.
            rooms.engine.begin()
            keeper.start()
            running?.storeKeeper.start { [members = rooms.members] in members.closeIdle() }
            return port
        } catch {
            stop()
            throw error
        }
    }

    /// Stops: requests in flight are answered, runs commit what they have and go on after the next start. A second call
    /// does nothing.
    public func stop() {
        guard let running else { return }
        self.running = nil
        running.server.stop(grace: configuration.stopGrace)
        for pool in running.workers { pool.stop() }
        running.watcher?.stop()
        running.auditKeeper.stop()
        running.storeKeeper.stop()
        running.rooms.close()
        running.lock.release()
    }

    private func watchPlugins(_ host: PluginHost) {
        guard configuration.watchesPlugins else {
            host.rescan()
            return
        }
        running?.watcher = DirectoryWatcher(
            directories: configuration.pluginDirectories, finished: host.finished, log: log
        ) { host.rescan() }
    }

    private func makeRooms(_ control: ControlStore) throws -> Rooms {
        let members = MemberStores(dataDirectory: configuration.dataDirectory, clock: clock, log: log)
        let warehouse = Warehouse(
            dataDirectory: configuration.dataDirectory, patience: configuration.limits.querySpan, clock: clock, log: log
        )
        let services = HostServices()
        let plugins = PluginHostConfiguration(
            directories: configuration.pluginDirectories, dataDirectory: configuration.dataDirectory,
            settings: configuration.pluginSettings.merging(
                ["allow-destination": configuration.allowedDestinations.joined(separator: ",")]) { $1 },
            version: configuration.version, hostProgram: configuration.hostProgram)
        let host = PluginHost(
            configuration: plugins, memory: ControlGenerationMemory(control: control), services: services,
            clock: clock, log: log)
        let delivery = Delivery(
            memory: ControlDeliveries(control: control, clock: clock, log: log), clock: clock, log: log)
        delivery.offer(to: services)
        let destinations = DestinationDirectory(source: ControlDestinations(control: control), plugins: host, log: log)
        destinations.offer(to: services)
        host.start()
        var settings = Engine.Configuration(ownerID: try Crypto.uuid())
        settings.batchRows = configuration.batchRows
        settings.runThreads = configuration.runThreads
        settings.simulationSeconds = Int(configuration.limits.simulationSpan / 1_000_000)
        let engine = Engine(
            control: control, members: members, warehouse: warehouse, plugins: host, destinations: destinations,
            clock: clock, log: log, configuration: settings)
        return Rooms(
            control: control, members: members, warehouse: warehouse, plugins: host, delivery: delivery,
            destinations: destinations, engine: engine, limits: configuration.limits,
            configuration: configuration, clock: clock, log: log)
    }
}
