import Journeys
import Platform
import Store

/// Runs that ended since the gateway started.
public struct RunFigures: Sendable {
    public struct Kind: Sendable, Hashable {
        public var status: RunStatus
        public var trigger: RunTrigger

        public init(status: RunStatus, trigger: RunTrigger) {
            self.status = status
            self.trigger = trigger
        }
    }

    /// Upper bounds of durations in seconds; the last bucket has none.
    public static let bounds: [Double] = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 7200]

    public private(set) var ended: [Kind: Int] = [:]
    public private(set) var buckets = [Int](repeating: 0, count: RunFigures.bounds.count + 1)
    public private(set) var seconds = 0.0
    /// What all of them counted together.
    public private(set) var counts = RunCounts()

    mutating func count(_ run: RunRecord) {
        ended[Kind(status: run.status, trigger: run.trigger), default: 0] += 1
        let duration = Double(max(0, (run.finishedAt ?? 0) - (run.startedAt ?? run.createdAt))) / 1_000_000
        seconds += duration
        buckets[Self.bounds.firstIndex { duration <= $0 } ?? Self.bounds.count] += 1
        counts.add(run.counts)
    }
}

extension Engine {
    /// Runs that ended, and how many go on and wait now. Any thread.
    public var runFigures: (ended: RunFigures, running: Int, queued: Int) {
        let (running, queued) = queue.counts
        return (endedRuns.withLock { $0 }, running, queued)
    }
}
