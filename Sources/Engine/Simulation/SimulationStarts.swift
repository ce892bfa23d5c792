import Journeys
import Store

/// When a simulated journey runs: as its schedule says, and as its timer does for retries and waits.
struct SimulationStarts {
    private let cron: Cron?
    private let every: Int64
    private let to: Int64
    private var scheduled: Int64?

    init(_ simulation: Simulation) {
        let record = simulation.record
        to = simulation.to
        every = simulation.request.every
        cron = simulation.journey.schedule.flatMap { try? Cron(parsing: $0) }
        guard let cron else {
            scheduled = simulation.from
            return
        }
        // A live journey's runs that are overdue are made up for at once, as one.
        let isLive = [.active, .error, .draining].contains(record.status) && record.journey == simulation.journey
        let last = max(record.lastRunAt ?? 0, record.updatedAt)
        scheduled = cron.next(after: isLive ? min(last, simulation.from) : simulation.from)
    }

    /// The next start; nil when none is left.
    /// - Parameter timer: when the timer is due.
    mutating func next(timer: Int64?) -> (at: Int64, trigger: RunTrigger)? {
        if let timer, timer <= to, timer < scheduled ?? .max { return (timer, .timer) }
        // Without a schedule the last day ends before a run of the next one.
        guard let time = scheduled, cron == nil ? time < to : time <= to else { return nil }
        scheduled = cron == nil ? time + every : cron?.next(after: time)
        return (time, cron == nil ? .manual : .schedule)
    }
}
