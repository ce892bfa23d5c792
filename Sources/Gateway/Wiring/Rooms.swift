import Delivery
import Engine
import Platform
import PluginHost
import Store
import Warehouse

/// The rooms that the API stands on, and what its handlers share.
final class Rooms: Sendable {
    let control: ControlStore
    let members: MemberStores
    let warehouse: Warehouse
    let plugins: PluginHost
    let delivery: Delivery
    let destinations: DestinationDirectory
    let engine: Engine
    let authenticator: Authenticator
    let uploads: BoundedThreads
    let simulations: BoundedThreads
    /// For tests of destinations: each holds a slow worker for as long as the destination takes.
    let testPlaces: WorkspacePlaces
    let events: EventHub
    let requests = RequestFigures(Routes.all)
    let knownStats = KnownStats()
    /// By name, once the gateway serves: for `/metrics`.
    let pools = Monitor<[(name: String, pool: WorkerPool)]>([])
    let version: String
    let dataDirectory: String
    let metricsWithoutKey: Bool
    let limits: GatewayLimits
    let rates: RateLimits
    let clock: any Clock
    let log: Log
    let server = Monitor(WeakServer())

    init(
        control: ControlStore, members: MemberStores, warehouse: Warehouse, plugins: PluginHost, delivery: Delivery,
        destinations: DestinationDirectory, engine: Engine, limits: GatewayLimits, configuration: GatewayConfiguration,
        clock: any Clock, log: Log
    ) {
        self.control = control
        self.members = members
        self.warehouse = warehouse
        self.plugins = plugins
        self.delivery = delivery
        self.destinations = destinations
        self.engine = engine
        self.limits = limits
        version = configuration.version
        dataDirectory = configuration.dataDirectory
        metricsWithoutKey = configuration.metricsWithoutKey
        rates = RateLimits(limits, clock: clock)
        self.clock = clock
        self.log = log
        authenticator = Authenticator(control: control)
        events = EventHub(
            control: control, engine: engine, authenticator: authenticator, clock: clock,
            heartbeat: configuration.eventHeartbeat, pause: configuration.eventPause,
            places: WorkspacePlaces(limit: limits.eventStreams, limitPerWorkspace: limits.eventStreamsPerWorkspace))
        testPlaces = WorkspacePlaces(limit: limits.tests, limitPerWorkspace: limits.testsPerWorkspace)
        uploads = BoundedThreads(
            name: "upload", limit: limits.uploads, limitPerWorkspace: limits.uploadsPerWorkspace)
        // The stack of a run's thread: plugins are called on it.
        simulations = BoundedThreads(
            name: "simulation", stackSize: 8 << 20, limit: limits.simulations,
            limitPerWorkspace: limits.simulationsPerWorkspace)
    }
}
