import Synchronization

/// What a generation did, counted from any thread.
final class GenerationFigures: Sendable {
    private let calls = Atomic<Int>(0)
    private let rows = Atomic<Int>(0)
    private let failures = Atomic<Int>(0)
    private let timeouts = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)
    private let late = Atomic<Int>(0)
    private let time = Atomic<Int>(0)
    private let quarantines = Atomic<Int>(0)

    func began(rows count: Int) {
        calls.wrappingAdd(1, ordering: .relaxed)
        rows.wrappingAdd(count, ordering: .relaxed)
    }

    func quarantined() { quarantines.wrappingAdd(1, ordering: .relaxed) }

    /// A call of `run` has returned after so many nanoseconds.
    func spent(nanoseconds: Int) { time.wrappingAdd(nanoseconds, ordering: .relaxed) }

    func ended(_ end: CallEnd) {
        switch end {
        case .finished: break
        case .failed: failures.wrappingAdd(1, ordering: .relaxed)
        case .timedOut: timeouts.wrappingAdd(1, ordering: .relaxed)
        }
    }

    /// Outcomes that were ignored. Returns how many there were before.
    func dropped(_ count: Int) -> Int { dropped.wrappingAdd(count, ordering: .relaxed).oldValue }

    /// Reports and `done`s that came too late or twice. Returns how many there were before.
    func late(_ count: Int) -> Int { late.wrappingAdd(count, ordering: .relaxed).oldValue }

    func snapshot(instances: Int) -> PluginInfo.Figures {
        var figures = PluginInfo.Figures()
        figures.calls = calls.load(ordering: .relaxed)
        figures.rows = rows.load(ordering: .relaxed)
        figures.failures = failures.load(ordering: .relaxed)
        figures.timeouts = timeouts.load(ordering: .relaxed)
        figures.dropped = dropped.load(ordering: .relaxed)
        figures.late = late.load(ordering: .relaxed)
        figures.instances = instances
        figures.quarantines = quarantines.load(ordering: .relaxed)
        figures.timeUs = time.load(ordering: .relaxed) / 1000
        return figures
    }
}
