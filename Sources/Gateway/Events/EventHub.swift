import Engine
import HTTPServer
import Platform
import Store

/// Tells callers of runs as they go: one thread for all of them, which looks a few times a second at what each has not been
/// told yet. It never waits for a reader, and the engine never for it.
final class EventHub: Sendable {
    private struct State {
        var new: [EventWatcher] = []
        var isStopping = false
        /// Of runs at work.
        var totals: [String: Total] = [:]
    }

    /// How many rows entry of a run reads in all.
    private struct Total {
        let journeyID: String
        /// Nil while they are counted, and when they can't be.
        var rows: Int?
    }

    private let control: ControlStore
    private let engine: Engine
    private let authenticator: Authenticator
    private let clock: any Clock
    private let heartbeat: Int64
    private let pause: Int64
    private let state = Monitor(State())
    private let places: WorkspacePlaces
    /// Counts models' rows, which may take seconds.
    private let counting = WorkerPool(name: "events-count", threads: 1, limit: 64)
    private let thread = Monitor<NativeThread?>(nil)

    /// - Parameters:
    ///   - heartbeat: microseconds of real time between two signs of life, with which keys are looked at again.
    ///   - pause: the same between two looks.
    init(
        control: ControlStore, engine: Engine, authenticator: Authenticator, clock: any Clock, heartbeat: Int64,
        pause: Int64, places: WorkspacePlaces
    ) {
        self.control = control
        self.engine = engine
        self.authenticator = authenticator
        self.clock = clock
        self.heartbeat = heartbeat
        self.pause = pause
        self.places = places
    }

    /// How many are told now.
    var watchers: Int { places.count }

    func start() {
        thread.withLock { $0 = NativeThread(name: "events") { [self] in run() } }
    }

    /// Ends all streams, what is counted for them, and the threads.
    func stop() {
        state.update { $0.isStopping = true }
        thread.withLock { $0 }?.join()
        counting.stop()
    }

    /// Answers a call with events from now on. Returns at once.
    /// - Throws: 429.
    func add(_ call: Call, _ responder: Responder, journeyID: String, runID: String? = nil) throws {
        guard places.take(call.workspaceID) else {
            throw APIError(
                429, "too_many_streams",
                "At most \(places.limitPerWorkspace) streams of events are open at once in a workspace, and "
                    + "\(places.limit) in all: close one first", headers: [("Retry-After", "5")])
        }
        let stream = responder.startStreaming(headers: ServerSentEvent.headers)
        let watcher = EventWatcher(call, journeyID: journeyID, runID: runID, stream)
        state.update { $0.new.append(watcher) }
    }

    // MARK: On the hub's thread

    private func run() {
        var watchers: [EventWatcher] = []
        while true {
            let isIdle = watchers.isEmpty
            let (new, isStopping): ([EventWatcher], Bool) =
                state.wait(microseconds: isIdle ? 3_600_000_000 : pause) { state -> ([EventWatcher], Bool)? in
                    guard !state.new.isEmpty || state.isStopping else { return nil }
                    defer { state.new = [] }
                    return (state.new, state.isStopping)
                } ?? ([], false)
            watchers += new
            watchers = isStopping ? watchers.filter { leave($0) } : look(watchers)
            if isStopping { return }
        }
    }

    private func look(_ watchers: [EventWatcher]) -> [EventWatcher] {
        let now = SystemClock.uptime()
        let open = watchers.filter { !$0.stream.isClosed && !$0.stream.isStopping || leave($0) }
        forgetTotals(open.isEmpty)
        if open.isEmpty { return [] }
        // A slow reader is told again when it has read what there is: of the state that there is then. A piece that is larger than
        // what a stream keeps is only taken when it is alone, so none is made before.
        let ready = open.filter { $0.stream.backlog == 0 }
        var keyChanges: Int64?
        var news: [ObjectIdentifier: (bytes: [UInt8], isOver: Bool)] = [:]
        // When the store can't be read at the moment, what is new is told later.
        try? control.read { reader in
            // Of the same moment as what is told: nothing is told of a moment at which the key was good no more.
            keyChanges = try reader.keyChanges()
            let source = EventWatcher.Source(reader: reader, engine: engine) { [self] in total(of: $0) }
            for watcher in ready { news[ObjectIdentifier(watcher)] = try? watcher.look(source) }
        }
        return open.filter { watcher in
            guard mayStay(watcher, keyChanges, now) else { return leave(watcher) }
            let (bytes, isOver) = news[ObjectIdentifier(watcher)] ?? ([], false)
            if !bytes.isEmpty { watcher.stream.write(bytes) }
            if isOver { return leave(watcher) }
            keepAlive(watcher, now)
            return true
        }
    }

    /// False when the key that the caller came with is good no more.
    private func mayStay(_ watcher: EventWatcher, _ keyChanges: Int64?, _ now: Int64) -> Bool {
        if let expiresAt = watcher.keyExpiresAt, clock.now() >= expiresAt { return false }
        let isMoved = keyChanges != nil && keyChanges != watcher.keyChanges
        guard isMoved || (watcher.nextHeartbeat > 0 && now >= watcher.nextHeartbeat) else { return true }
        do {
            watcher.keyExpiresAt = try authenticator.authenticate(watcher.head, now: clock.now()).expiresAt
            if isMoved { watcher.keyChanges = keyChanges }
        } catch let error as APIError where error.status == 401 {
            return false
        } catch {
            // Not known at the moment: asked again soon.
        }
        return true
    }

    private func keepAlive(_ watcher: EventWatcher, _ now: Int64) {
        if watcher.nextHeartbeat == 0 { watcher.nextHeartbeat = now + heartbeat }
        guard now >= watcher.nextHeartbeat else { return }
        watcher.nextHeartbeat = now + heartbeat
        // Where something waits already, that is the sign.
        if watcher.stream.backlog == 0 { watcher.stream.write(ServerSentEvent.heartbeat) }
    }

    /// Ends a stream. False, for a filter.
    private func leave(_ watcher: EventWatcher) -> Bool {
        watcher.stream.finish()
        places.leave(watcher.workspaceID)
        return false
    }

    private func total(of run: RunRecord) -> Int? {
        let known = state.withLock { state -> Total? in
            if let known = state.totals[run.id] { return known }
            state.totals[run.id] = Total(journeyID: run.journeyID)
            return nil
        }
        if let known { return known.rows }
        _ = counting.submit { [engine, state] in
            let isStopping = { state.withLock { $0.isStopping } }
            // Those that wait are many, and the gateway's stop waits for them.
            if isStopping() { return }
            let rows = engine.rowsToRead(journeyID: run.journeyID, runID: run.id, cancelled: isStopping)
            state.withLock { $0.totals[run.id]?.rows = rows }
        }
        return nil
    }

    /// Forgets those of runs that are over; or all, when nobody asks.
    private func forgetTotals(_ all: Bool) {
        let over = state.withLock { $0.totals }
            .filter { all || !engine.isAtWork(journeyID: $0.value.journeyID, runID: $0.key) }
        if !over.isEmpty { state.withLock { state in for id in over.keys { state.totals[id] = nil } } }
    }
}
