/// Whether a destination is well enough to be sent anything. Closed: yes. Open: not before a time. Half-open: that time has
/// come, and one request goes ahead to see; how it ends decides. See M. Nygard, "Release It!", and
/// https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker.
public struct CircuitBreaker: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        case closed, open
        case halfOpen = "half_open"
    }

    /// What opens it, and for how long.
    struct Rules: Sendable {
        /// Failures without anything else between.
        var consecutive = 5
        /// Or so many of a hundred of the last requests, `sample` at the least.
        var percent = 50
        var sample = 50
        /// Microseconds that it stays open; each time that the trial fails, twice as long, up to the longest.
        var firstPause: Int64 = 5_000_000
        var longestPause: Int64 = 300_000_000
        /// Microseconds after which a trial without an end is given up.
        var trialPatience: Int64 = 60_000_000
        /// Microseconds by which a request may seem to have begun too early, since it is not measured by our clock. Far less
        /// than the first pause: what was let go before that is no trial.
        var trialSlack: Int64 = 1_000_000
    }
    static let rules = Rules()

    public private(set) var state = State.closed
    /// When it opened last; nil while it is closed.
    public private(set) var openedAt: Int64?
    /// While open: when the trial may go. While half-open: when it is given up.
    public private(set) var until: Int64 = 0
    /// While half-open: when the trial went; never while there is none.
    private var triedAt: Int64 = .max
    /// How often it opened since it was last closed.
    public private(set) var trips = 0
    public private(set) var consecutiveFailures = 0
    /// The last requests, newest in the lowest bit: a failure is 1.
    private var history: UInt64 = 0
    private var historyCount = 0

    init() {}

    /// As it was when the gateway stopped: open, or closed when `openedAt` is nil. A trial that was under way is unknown, so
    /// another one goes. Times that a wrong clock has left are brought near `now`.
    init(openedAt: Int64?, until: Int64, trips: Int, now: Int64) {
        guard let openedAt else { return }
        state = .open
        self.openedAt = openedAt
        self.until = min(until, now + Self.rules.longestPause / 10 * 11)
        self.trips = max(1, trips)
    }

    /// Whether a request may go; nil when it may. Else the time to ask again.
    func refusal(_ now: Int64) -> Int64? {
        switch state {
        case .closed: nil
        case .open: now >= until ? nil : until
        // The trial's end comes with some answer's; a crowd need not ask for it every moment.
        case .halfOpen: now >= until ? nil : min(until, now + min(max(Self.rules.firstPause, pause / 4), 30_000_000))
        }
    }

    /// A request goes: the trial, unless it is closed. Returns whether the state changed.
    mutating func admit(_ now: Int64) -> Bool {
        if state == .closed { return false }
        let changed = state != .halfOpen
        state = .halfOpen
        until = now + Self.rules.trialPatience
        triedAt = now
        return changed
    }

    /// A request has ended that says nothing of the destination: if it was the trial, another one may go.
    /// - Parameter began: when the request did.
    mutating func giveUpTrial(began: Int64, _ now: Int64) {
        guard isTrial(began) else { return }
        until = now
        triedAt = .max
    }

    private func isTrial(_ began: Int64) -> Bool {
        state == .halfOpen && triedAt != .max && began >= triedAt - Self.rules.trialSlack
    }

    /// A request has ended. While it is open nothing counts, and half-open nothing but the trial: what was let go before says
    /// nothing of how the destination is now.
    /// - Parameter began: when the request did.
    /// - Parameter seed: moves the end of the pause by up to a tenth, so that destinations of one house, which failed
    ///   together, are not tried together.
    /// - Returns: whether the state changed.
    mutating func note(isFailure: Bool, began: Int64, _ now: Int64, seed: UInt64) -> Bool {
        switch state {
        case .open: return false
        case .halfOpen:
            guard isTrial(began) else { return false }
            if isFailure { open(now, seed) } else { close() }
            return true
        case .closed:
            consecutiveFailures = isFailure ? consecutiveFailures + 1 : 0
            history = history << 1 | (isFailure ? 1 : 0)
            historyCount = min(historyCount + 1, 64)
            guard isFailure, consecutiveFailures >= Self.rules.consecutive || mostFail else { return false }
            open(now, seed)
            return true
        }
    }

    private var mostFail: Bool {
        historyCount >= Self.rules.sample
            && recent.nonzeroBitCount * 100 >= Self.rules.sample * Self.rules.percent
    }

    private var recent: UInt64 { history & (1 << UInt64(Self.rules.sample) - 1) }

    private mutating func open(_ now: Int64, _ seed: UInt64) {
        trips += 1
        state = .open
        openedAt = openedAt ?? now
        let jitter = Int64((seed &+ UInt64(trips)) % 1024) * (pause / 10) / 1024
        until = now + pause + jitter
    }

    private var pause: Int64 {
        let doublings = min(max(0, trips - 1), 16)
        return min(Self.rules.firstPause << Int64(doublings), Self.rules.longestPause)
    }

    mutating func close() { self = CircuitBreaker() }
}
