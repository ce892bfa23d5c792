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
        /// How many rows entry of a run reads in all: nil in it while that is counted, and when it can't be.
        var totals: [String: Int?] = [:]
    }

    /// Between two looks, in microseconds of real time.
    private static let pause: Int64 = 200_000
    /// What may wait for a slow reader before it is told no more until it has read that.
    private static let maxBacklog = 32 << 10

    private let control: ControlStore
    private let engine: Engine
    private let authenticator: Authenticator
    private let heartbeat: Int64
    private let state = Monitor(State())
    private let places: WorkspacePlaces
    /// Counts models' rows, which may take seconds.
    private let counting = WorkerPool(name: "events-count", threads: 1, limit: 64)
    private let thread = Monitor<NativeThread?>(nil)

    /// - Parameter heartbeat: microseconds of real time between two signs of life, with which keys are looked at again.
    init(control: ControlStore, engine: Engine, authenticator: Authenticator, heartbeat: Int64, places: WorkspacePlaces)
    {
        self.control = control
        self.engine = engine
        self.authenticator = authenticator
        self.heartbeat = heartbeat
        self.places = places
    }

    /// How many are told now.
    var watchers: Int { places.count }

    func start() {
        thread.withLock { $0 = NativeThread(name: "events") { [self] in run() } }
    }

    /// Ends all streams and the threads.
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
        stream.write(ServerSentEvent.retry)
        let watcher = EventWatcher(call, journeyID: journeyID, runID: runID, stream)
        state.update { $0.new.append(watcher) }
    }

    // MARK: On the hub's thread

    private func run() {
        var watchers: [EventWatcher] = []
        while true {
            let isIdle = watchers.isEmpty
            let (new, isStopping): ([EventWatcher], Bool) =
                state.wait(microseconds: isIdle ? 3_600_000_000 : Self.pause) { state -> ([EventWatcher], Bool)? in
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
        if open.isEmpty { state.withLock { $0.totals = [:] } }
        // It is told again when it has read what there is: of the state that there is then.
        let ready = open.filter { $0.stream.backlog <= Self.maxBacklog }
        if ready.isEmpty { return open }
        var over: Set<ObjectIdentifier> = []
        // When the store can't be read at the moment, what is new is told later.
        try? control.read { reader in
            let source = EventWatcher.Source(reader: reader, engine: engine) { [self] in total(of: $0) }
            for watcher in ready {
                guard let (events, isOver) = try? watcher.look(source) else { continue }
                if !events.isEmpty { watcher.stream.write(events.flatMap(\.bytes)) }
                if isOver { over.insert(ObjectIdentifier(watcher)) }
            }
        }
        return open.filter { !over.contains(ObjectIdentifier($0)) && keepsAlive($0, now) || leave($0) }
    }

    /// False when the key that the caller came with is good no more.
    private func keepsAlive(_ watcher: EventWatcher, _ now: Int64) -> Bool {
        if watcher.nextHeartbeat == 0 { watcher.nextHeartbeat = now + heartbeat }
        guard now >= watcher.nextHeartbeat else { return true }
        watcher.nextHeartbeat = now + heartbeat
        do {
            _ = try authenticator.authenticate(watcher.head)
        } catch let error as APIError where error.status == 401 {
            return false
        } catch {
            // Not known at the moment: asked again with the next one.
        }
        if watcher.stream.backlog <= Self.maxBacklog { watcher.stream.write(ServerSentEvent.heartbeat) }
        return true
    }

    /// Ends a stream. False, for a filter.
    private func leave(_ watcher: EventWatcher) -> Bool {
        watcher.stream.finish()
        places.leave(watcher.workspaceID)
        return false
    }

    private func total(of run: RunRecord) -> Int? {
        let known = state.withLock { state -> Int?? in
            if let known = state.totals[run.id] { return known }
            state.totals[run.id] = .some(nil)
            return nil
        }
        if let known { return known }
        _ = counting.submit { [engine, state] in
            let total = engine.rowsToRead(journeyID: run.journeyID, runID: run.id)
            state.withLock { if $0.totals[run.id] != nil { $0.totals[run.id] = .some(total) } }
        }
        return nil
    }
}
