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
        /// Up to when each journey's schedule has been taken out. A plan that was made of what was stored just before has a time
        /// of it again.
        var taken: [String: Int64] = [:]
        /// Counts changes of plans.
        var version = 0
        /// The latest time that the thread has seen.
        var seen = Int64.min
        var isStopping = false
        var thread: NativeThread?
    }

    private let state = Monitor(State())
    private let clock: any Clock
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
            state.plans[due.journeyID] = plan
            state.version += 1
        }
    }

    private func change(_ journeyID: String, _ plan: Plan?) {
        state.update { state in
            var plan = plan
            if let taken = state.taken[journeyID], let time = plan?.scheduled, time <= taken {
                let next = plan?.cron?.next(after: taken)
                plan?.scheduled = next
            }
            if plan == nil { state.taken[journeyID] = nil }
            state.plans[journeyID] = plan
            state.version += 1
        }
    }

    /// Waits for the next times and takes them out; nil when the engine stops.
    private func next() -> Event? {
        while true {
            let (deadline, version) = state.withLock { state in
                let times = state.plans.values.compactMap { plan in
                    [plan.scheduled, plan.timer, plan.again.map { _ in plan.notBefore }].compactMap { $0 }.min()
                        .map { max($0, plan.notBefore) }
                }
                return (times.min() ?? .max, state.version)
            }
            // Any change of a plan ends the wait, so that its time counts too.
            let stopped: Bool? = clock.wait(on: state, deadline: deadline) { state in
                if state.isStopping { return true }
                // Also while it waits, and over what was started meanwhile: the clock may be ahead for a while only.
                let now = clock.now()
                state.seen = max(state.seen, now)
                return state.version != version || now < state.seen - Self.tolerance ? false : nil
            }
            if stopped == true { return nil }
            let wentBack = state.withLock { state in
                let now = clock.now()
                guard now < state.seen - Self.tolerance else { return false }
                (state.seen, state.taken) = (now, [:])
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
            for (id, var plan) in state.plans where plan.notBefore <= now {
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
                if let time = plan.timer, time <= now {
                    plan.timer = nil
                    if due.last?.journeyID != id {
                        due.append(Due(workspaceID: plan.workspaceID, journeyID: id, trigger: .timer))
                    }
                }
                state.plans[id] = plan
            }
            return due
        }
    }
}
