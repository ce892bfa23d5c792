import Delivery
import Journeys
import Platform
import PluginHost
import Store
import Warehouse

/// Runs journeys: their life, their runs, their schedules, and what is to be done after a restart.
///
/// All public methods may be called from any thread but a reactor: they wait for the disk, and for plugins that open
/// configs. Runs go on the engine's own threads.
public final class Engine: Sendable {
    public struct Configuration: Sendable {
        /// Runs of different journeys side by side. More than there are cores: a run that waits for a destination, or for
        /// a retry, keeps its thread.
        public var runThreads = 32
        public var retry = RetryPolicy()
        /// Rows of the model in one batch.
        public var batchRows = 8192
        /// Microseconds of real time after which a tile that says nothing of its calls counts as standing still: members that wait
        /// for it come back later, and the model is read on for others.
        public var silenceLimit: Int64 = 1_000_000
        /// Real seconds after which a simulation is given up.
        public var simulationSeconds = 600
        /// This process, as runs name their owner.
        public var ownerID: String

        public init(ownerID: String) { self.ownerID = ownerID }
    }

    let control: ControlStore
    let members: MemberStores
    let warehouse: Warehouse
    let plugins: PluginHost
    /// Nil where nothing is delivered.
    let destinations: DestinationDirectory?
    let clock: any Clock
    let log: Log
    let configuration: Configuration
    let compiler: JourneyCompiler
    let queue = RunQueue()
    let timetable: Timetable
    let housekeeper: Housekeeper
    /// Held by whatever changes a journey's definition or status, or starts a run of it: what one of them has checked
    /// stays true until it has written.
    let lifecycle = Monitor<Void>(())
    let endedRuns = Monitor(RunFigures())
    /// Runs of a journey that failed as a whole, one after the other.
    let failures = Monitor<[String: Failures]>([:])
    /// Journeys whose runs wait until the disk can be used again, by id: why.
    let stalled = Monitor<[String: String]>([:])
    /// Journeys that stand still because a plugin that they need is in quarantine, by id.
    let held = Monitor<[String: JourneyHold]>([:])
    /// Simulations that go on, by the id of each; nil once the engine stops.
    let simulations = Monitor<[String: RunControl]?>([:])

    struct Failures: Sendable {
        var count = 0
        /// Of the last run that failed: whether the next attempt lets members in.
        var trigger: RunTrigger
    }

    /// - Parameter destinations: those that a swap of their connector's plugin must not break.
    public init(
        control: ControlStore, members: MemberStores, warehouse: Warehouse, plugins: PluginHost,
        destinations: DestinationDirectory? = nil, clock: any Clock, log: Log, configuration: Configuration
    ) {
        self.control = control
        self.members = members
        self.warehouse = warehouse
        self.plugins = plugins
        self.destinations = destinations
        self.clock = clock
        self.log = log
        self.configuration = configuration
        compiler = JourneyCompiler(
            control: control, plugins: plugins, destinations: destinations, retry: configuration.retry)
        timetable = Timetable(clock: clock)
        housekeeper = Housekeeper(clock: clock)
    }

    /// Takes up interrupted runs and schedules: from then on calls find them in their places. Nothing goes on before `begin`.
    /// Plugins must be loaded.
    /// - Throws: when the store can't be read.
    public func takeUp() throws {
        plugins.guardSwaps(by: self)
        try members.sweepScratch()
        try recover()
    }

    /// Starts the threads.
    public func begin() {
        queue.start(threads: configuration.runThreads) { [self] entry, control in
            carryOut(entry, control)
        } ended: { [self] entry in
            tidy(entry)
        }
        timetable.start { [self] due in
            startDue(due)
        } wentBack: { [self] in
            clockWentBack()
        }
        housekeeper.start { [self] task in keepHouse(task) }
    }

    /// Stops schedules and runs. Runs in progress commit what they have and go on after the next start. Simulations end
    /// soon after, on the threads that they were begun on.
    public func stop() {
        stopSimulations()
        timetable.stop()
        queue.stop()
        housekeeper.stop()
    }
}

/// Why the engine does not do what it was asked.
public enum EngineError: Error, Sendable {
    /// 404.
    case notFound(String)
    /// 409: the journey's status does not allow the call.
    case wrongState(JourneyStatus, message: String)
    /// 409 for another reason.
    case conflict(String)
    /// 422: what `/validate` lists.
    case invalid([ValidationError])
    /// 503: what stands in the way passes by itself.
    case busy(String)
    /// 412: the resource is not as the caller thinks.
    case changed
}
