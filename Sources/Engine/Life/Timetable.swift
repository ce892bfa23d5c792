import Journeys
import Platform

/// When journeys run by themselves: schedules, and the one timer for retries and waits. One thread that sleeps until the
/// next time, never polls. All methods: any thread.
final class Timetable: Sendable {
    struct Due: Sendable {
        var workspaceID: String
        var journeyID: String
        var trigger: RunTrigger
    }

    struct Plan: Sendable {
        var workspaceID: String
        var cron: Cron?
        /// The next time of the schedule.
        var scheduled: Int64?
        /// The next retry, or wait that moves when due.
        var timer: Int64?
        /// No start before it: the pause after a failed run.
        var notBefore: Int64 = 0
        /// What a run has failed at is due again at `notBefore`.
        var again: RunTrigger?
    }

    private struct State {
        var plans: [String: Plan] = [:]
        /// No plan has an earlier time; the earliest may have moved to a later one since.
        var earliest = Int64.max
        /// When each journey's timer has fired last.
        var fired: [String: Int64] = [:]
        /// Up to when each journey's schedule has been taken out. A plan that was made of what was stored just before has a time
        /// of it again.
        var taken: [String: Int64] = [:]
        /// The latest time that the thread has seen.
        var seen = Int64.min
        var isStopping = false
        var thread: NativeThread?

        /// Waits that end one after the other go together, in one run a second.
        func timer(_ journeyID: String, _ plan: Plan) -> Int64? {
            plan.timer.map { max($0, fired[journeyID].map { $0 + Timetable.timerPause } ?? .min) }
        }

        /// The next time at which there is something to do for a journey.
        func next(_ journeyID: String, _ plan: Plan) -> Int64 {
            let starts = min(plan.scheduled ?? .max, timer(journeyID, plan) ?? .max, plan.again == nil ? .max : .min)
            return max(starts, plan.notBefore)
        }

        mutating func put(_ journeyID: String, _ plan: Plan?) {
            plans[journeyID] = plan
            if let plan { earliest = min(earliest, next(journeyID, plan)) }
        }
    }

    private let state = Monitor(State())
    private let clock: any Clock
    /// Microseconds between two runs of one journey that its timer starts, at least.
    static let timerPause: Int64 = 1_000_000
    /// Microseconds by which a clock that is kept right may go back.
    private static let tolerance: Int64 = 1_000_000

    init(clock: any Clock) { self.clock = clock }

    /// What the thread wakes for.
    private enum Event {
        case due([Due])
        /// The clock was set back.
        case wentBack
    }

    /// - Parameter wentBack: called when the clock was set back by more than a second.
    func start(_ fire: @escaping @Sendable (Due) -> Void, wentBack: @escaping @Sendable () -> Void) {
        state.update { state in
            state.thread = NativeThread(name: "timetable") { [self] in
                while let event = next() {
                    switch event {
                    case .due(let due): for one in due { fire(one) }
                    case .wentBack: wentBack()
                    }
                }
            }
        }
    }

    func stop() {
        let thread = state.update { state in
            state.isStopping = true
            return state.thread
        }
        thread?.join()
    }

    func set(_ journeyID: String, _ plan: Plan) { change(journeyID, plan) }
    func remove(_ journeyID: String) { change(journeyID, nil) }

    /// A start that failed is due once more at `time`, unless the journey is planned anew.
    func again(_ due: Due, at time: Int64) {
        state.update { state in
            guard var plan = state.plans[due.journeyID] else { return }
            switch due.trigger {
            case .schedule where plan.cron != nil: plan.scheduled = min(plan.scheduled ?? .max, time)
            case .timer: plan.timer = min(plan.timer ?? .max, time)
            case .schedule, .manual: (plan.again, plan.notBefore) = (due.trigger, time)
            }
            state.put(due.journeyID, plan)
        }
    }

    private func change(_ journeyID: String, _ plan: Plan?) {
        state.update { state in
            var plan = plan
            if let taken = state.taken[journeyID], let time = plan?.scheduled, time <= taken {
                let next = plan?.cron?.next(after: taken)
                plan?.scheduled = next
            }
            if plan == nil { (state.taken[journeyID], state.fired[journeyID]) = (nil, nil) }
            state.put(journeyID, plan)
        }
    }

    /// Waits for the next times and takes them out; nil when the engine stops.
    private func next() -> Event? {
        while true {
            let deadline = state.withLock { $0.earliest }
            // An earlier time ends the wait, so that it counts too.
            let stopped: Bool? = clock.wait(on: state, deadline: deadline) { state in
                if state.isStopping { return true }
                // Also while it waits, and over what was started meanwhile: the clock may be ahead for a while only.
                let now = clock.now()
                state.seen = max(state.seen, now)
                return state.earliest < deadline || now < state.seen - Self.tolerance ? false : nil
            }
            if stopped == true { return nil }
            let wentBack = state.withLock { state in
                let now = clock.now()
                guard now < state.seen - Self.tolerance else { return false }
                (state.seen, state.taken, state.fired, state.earliest) = (now, [:], [:], .min)
                return true
            }
            if wentBack { return .wentBack }
            if stopped == nil {
                let due = takeDue(clock.now())
                if !due.isEmpty { return .due(due) }
            }
        }
    }

    /// What is due at `now`, each once.
    func takeDue(_ now: Int64) -> [Due] {
        state.withLock { state in
            var due: [Due] = []
            guard state.earliest <= now else { return due }
            state.earliest = .max
            for (id, var plan) in state.plans {
                let next = state.next(id, plan)
                guard next <= now else {
                    state.earliest = min(state.earliest, next)
                    continue
                }
                if let trigger = plan.again {
                    plan.again = nil
                    due.append(Due(workspaceID: plan.workspaceID, journeyID: id, trigger: trigger))
                }
                if let time = plan.scheduled, time <= now {
                    // Times missed while the gateway was down or busy fire once.
                    plan.scheduled = plan.cron?.next(after: now)
                    state.taken[id] = now
                    if due.last?.journeyID == id { due.removeLast() }
                    due.append(Due(workspaceID: plan.workspaceID, journeyID: id, trigger: .schedule))
                }
                let isStarted = due.last?.journeyID == id
                if let time = isStarted ? plan.timer : state.timer(id, plan), time <= now {
                    plan.timer = nil
                    if !isStarted {
                        state.fired[id] = now
                        due.append(Due(workspaceID: plan.workspaceID, journeyID: id, trigger: .timer))
                    }
                }
                state.put(id, plan)
            }
            return due
        }
    }
}
