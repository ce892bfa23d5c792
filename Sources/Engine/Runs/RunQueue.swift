import Platform

/// Which journey's run goes on now, and which waits behind it: runs of one journey never overlap, different journeys run
/// side by side on a fixed number of threads of our own. All methods: any thread.
final class RunQueue: Sendable {
    struct Entry: Sendable {
        var workspaceID: String
        var journeyID: String
        var runID: String
    }

    private struct Journey {
        var running: RunControl?
        var queued: Entry?
        /// Found `running` at the start.
        var interrupted: Entry?
        var next: Entry? { interrupted ?? queued }
    }

    private struct State {
        var journeys: [String: Journey] = [:]
        /// Journeys with a queued run and none running, oldest first.
        var ready: [String] = []
        var isStopping = false
    }

    private let state = Monitor(State())
    private let threads = Monitor<[NativeThread]>([])

    /// Starts the threads; `body` carries out one run and returns when it has ended, `ended` is called when its journey
    /// is free again.
    func start(
        threads count: Int, _ body: @escaping @Sendable (Entry, RunControl) -> Void,
        ended: @escaping @Sendable (Entry) -> Void
    ) {
        threads.update { threads in
            for number in 0..<count {
                threads.append(NativeThread(name: "run-\(number)", stackSize: 8 << 20) { [self] in work(body, ended) })
            }
        }
    }

    /// Puts a run behind the present one of its journey.
    /// - Returns: false when one is queued there already.
    func enqueue(_ entry: Entry) -> Bool {
        state.update { state in
            var journey = state.journeys[entry.journeyID] ?? Journey()
            if journey.queued != nil || state.isStopping { return false }
            journey.queued = entry
            if journey.running == nil, journey.interrupted == nil { state.ready.append(entry.journeyID) }
            state.journeys[entry.journeyID] = journey
            return true
        }
    }

    /// For start-up: a run that was interrupted goes before any other of its journey.
    func enqueueFirst(_ entry: Entry) {
        state.update { state in
            var journey = state.journeys[entry.journeyID] ?? Journey()
            journey.interrupted = entry
            state.ready.removeAll { $0 == entry.journeyID }
            state.ready.append(entry.journeyID)
            state.journeys[entry.journeyID] = journey
        }
    }

    func hasQueued(_ journeyID: String) -> Bool { state.withLock { $0.journeys[journeyID]?.queued != nil } }

    /// The handle of the run that goes on now.
    func running(_ journeyID: String) -> RunControl? { state.withLock { $0.journeys[journeyID]?.running } }

    func isIdle(_ journeyID: String) -> Bool {
        state.withLock { $0.journeys[journeyID]?.running == nil && $0.journeys[journeyID]?.next == nil }
    }

    /// Takes a queued run out (all of a journey's when `runID` is nil) and tells a running one to stop.
    func cancel(_ journeyID: String, runID: String? = nil) {
        state.update { state in
            guard var journey = state.journeys[journeyID] else { return }
            if let queued = journey.queued, runID == nil || queued.runID == runID { journey.queued = nil }
            if let first = journey.interrupted, runID == nil || first.runID == runID { journey.interrupted = nil }
            if journey.next == nil { state.ready.removeAll { $0 == journeyID } }
            if let running = journey.running, runID == nil || running.runID == runID { running.requestStop(.cancel) }
            state.journeys[journeyID] = journey
        }
    }

    /// Tells all runs to stop where they are and waits until their threads have ended.
    func stop() {
        state.update { state in
            state.isStopping = true
            for journey in state.journeys.values { journey.running?.requestStop(.shutdown) }
        }
        let ended = threads.update { threads in
            defer { threads = [] }
            return threads
        }
        for thread in ended { thread.join() }
    }

    private func work(_ body: (Entry, RunControl) -> Void, _ ended: (Entry) -> Void) {
        while let (entry, control) = next() {
            body(entry, control)
            state.update { state in
                guard var journey = state.journeys[entry.journeyID] else { return }
                journey.running = nil
                if journey.next != nil { state.ready.append(entry.journeyID) }
                state.journeys[entry.journeyID] = journey.next == nil ? nil : journey
            }
            ended(entry)
        }
    }

    private func next() -> (Entry, RunControl)? {
        state.wait { state -> (Entry, RunControl)?? in
            if state.isStopping { return .some(nil) }
            guard !state.ready.isEmpty else { return nil }
            let journeyID = state.ready.removeFirst()
            guard let entry = state.journeys[journeyID]?.next else { return nil }
            let control = RunControl(runID: entry.runID, journeyID: journeyID)
            if state.journeys[journeyID]?.interrupted == nil {
                state.journeys[journeyID]?.queued = nil
            } else {
                state.journeys[journeyID]?.interrupted = nil
            }
            state.journeys[journeyID]?.running = control
            return .some((entry, control))
        }
    }
}
