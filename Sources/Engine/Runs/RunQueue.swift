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
        /// In order. One behind the running run; while none runs, the one that is about to begin and one behind it.
        var waiting: [Entry] = []
        var isFull: Bool { waiting.count >= (running == nil ? 2 : 1) }
    }

    private struct State {
        var journeys: [String: Journey] = [:]
        /// Journeys with a waiting run and none running, each once, oldest first.
        var ready: [String] = []
        var isStopping = false
        var threads = 0
        /// Runs that go on, by workspace.
        var atWork: [String: Int] = [:]

        /// The place in `ready` of the journey whose turn it is: the oldest whose workspace has room. Of the threads that are
        /// free a workspace may use three times as many itself: alone it gets three quarters, and some are always left for
        /// another one, however many of its runs wait for a destination that is down.
        var nextReady: Int? {
            let free = threads - atWork.values.reduce(0, +)
            return ready.firstIndex { id in
                guard let workspaceID = journeys[id]?.waiting.first?.workspaceID else { return true }
                return atWork[workspaceID, default: 0] < 3 * free
            }
        }

        /// Somebody waits for a thread, and there is none.
        var isCrowded: Bool { !ready.isEmpty && nextReady == nil }

        mutating func makeReady(_ journeyID: String) {
            guard let journey = journeys[journeyID], journey.running == nil, !journey.waiting.isEmpty,
                !ready.contains(journeyID)
            else { return }
            ready.append(journeyID)
        }
    }

    private let state = Monitor(State())
    private let threads = Monitor<[NativeThread]>([])

    /// Starts the threads; `body` carries out one run and returns when it has ended, `ended` is called when its journey
    /// is free again.
    func start(
        threads count: Int, _ body: @escaping @Sendable (Entry, RunControl) -> Void,
        ended: @escaping @Sendable (Entry) -> Void
    ) {
        state.update { $0.threads = count }
        threads.update { threads in
            for number in 0..<count {
                threads.append(NativeThread(name: "run-\(number)", stackSize: 8 << 20) { [self] in work(body, ended) })
            }
        }
    }

    /// Puts a run behind the present one of its journey.
    /// - Returns: false when one is queued there already.
    func enqueue(_ entry: Entry) -> Bool {
        let (isTaken, crowded) = state.update { state -> (Bool, [RunControl]) in
            var journey = state.journeys[entry.journeyID] ?? Journey()
            if journey.isFull || state.isStopping { return (false, []) }
            journey.waiting.append(entry)
            state.journeys[entry.journeyID] = journey
            state.makeReady(entry.journeyID)
            return (
                true,
                state.isCrowded ? state.journeys.values.compactMap(\.running) : [journey.running].compactMap { $0 }
            )
        }
        // Runs that only wait for retries make room: for any, or for the next one of their journey.
        for control in crowded { control.crowd() }
        return isTaken
    }

    /// A run that was interrupted, or could not begin, goes before any other of its journey.
    func enqueueFirst(_ entry: Entry) {
        state.update { state in
            state.journeys[entry.journeyID, default: Journey()].waiting.insert(entry, at: 0)
            state.makeReady(entry.journeyID)
        }
    }

    /// The run that a further start would have to wait behind, or is merged into; nil when there is room.
    func queued(_ journeyID: String) -> Entry? {
        state.withLock { state in
            guard let journey = state.journeys[journeyID], journey.isFull else { return nil }
            return journey.waiting.last
        }
    }

    /// A run that has not begun yet, about to or behind another.
    func waiting(_ journeyID: String) -> Entry? { state.withLock { $0.journeys[journeyID]?.waiting.last } }

    /// The handle of the run that goes on now.
    func running(_ journeyID: String) -> RunControl? { state.withLock { $0.journeys[journeyID]?.running } }

    /// Runs that go on, and that wait.
    var counts: (running: Int, queued: Int) {
        state.withLock { state in
            state.journeys.values.reduce((0, 0)) { ($0.0 + ($1.running == nil ? 0 : 1), $0.1 + $1.waiting.count) }
        }
    }

    func isIdle(_ journeyID: String) -> Bool {
        state.withLock { state in
            guard let journey = state.journeys[journeyID] else { return true }
            return journey.running == nil && journey.waiting.isEmpty
        }
    }

    /// Takes a queued run out (all of a journey's when `runID` is nil) and tells a running one to stop.
    func cancel(_ journeyID: String, runID: String? = nil) {
        state.update { state in
            guard var journey = state.journeys[journeyID] else { return }
            journey.waiting.removeAll { runID == nil || $0.runID == runID }
            if journey.waiting.isEmpty { state.ready.removeAll { $0 == journeyID } }
            if let running = journey.running, runID == nil || running.runID == runID {
                running.requestStop(.cancel, ofJourney: runID == nil)
            }
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
                state.journeys[entry.journeyID]?.running = nil
                state.atWork[entry.workspaceID, default: 1] -= 1
                if state.atWork[entry.workspaceID] == 0 { state.atWork[entry.workspaceID] = nil }
                state.makeReady(entry.journeyID)
                if state.journeys[entry.journeyID]?.waiting.isEmpty == true { state.journeys[entry.journeyID] = nil }
            }
            ended(entry)
        }
    }

    private func next() -> (Entry, RunControl)? {
        state.wait { state -> (Entry, RunControl)?? in
            if state.isStopping { return .some(nil) }
            guard let place = state.nextReady else { return nil }
            let journeyID = state.ready.remove(at: place)
            guard let entry = state.journeys[journeyID]?.waiting.first else { return nil }
            let control = RunControl(runID: entry.runID, journeyID: journeyID) { [self] in
                self.state.withLock { $0.isCrowded || $0.journeys[journeyID]?.waiting.isEmpty == false }
            }
            state.journeys[journeyID]?.waiting.removeFirst()
            state.journeys[journeyID]?.running = control
            state.atWork[entry.workspaceID, default: 0] += 1
            return .some((entry, control))
        }
    }
}
