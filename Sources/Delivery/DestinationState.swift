import Platform

/// Limits and figures of one destination.
final class DestinationState: Sendable {
    /// What one call of a tile was granted and has not settled. A call that ended without settling must not hold its
    /// share for good: it falls back once the call's deadline has passed.
    private struct Lease {
        var requests: Int
        var deadline: Int64
    }
    private struct State {
        var figures = DeliveryFigures()
        var leases: [UInt: Lease] = [:]

        mutating func dropExpired(_ now: Int64) {
            for (call, lease) in leases where lease.deadline <= now {
                figures.inFlight -= lease.requests
                leases[call] = nil
            }
        }
    }
    private let state = Monitor(State())
    private let limits: Delivery.Limits

    init(limits: Delivery.Limits) { self.limits = limits }

    var figures: DeliveryFigures { state.withLock { $0.figures } }

    /// - Parameters:
    ///   - call: identifies the call of the tile that asks; it settles under the same number.
    ///   - deadline: of that call.
    /// - Returns: how many requests may go, and when to ask for more when that is fewer than `count`.
    func acquire(_ count: Int, call: UInt, deadline: Int64, now: Int64) -> (granted: Int, notBefore: Int64) {
        state.withLock { state in
            guard state.figures.disabledReason == nil else { return (0, now + limits.disabledRetryUs) }
            if limits.maxInFlight - state.figures.inFlight < count { state.dropExpired(now) }
            let granted = max(0, min(count, limits.maxInFlight - state.figures.inFlight))
            if granted > 0 {
                state.figures.inFlight += granted
                var lease = state.leases[call] ?? Lease(requests: 0, deadline: deadline)
                lease.requests += granted
                lease.deadline = max(lease.deadline, deadline)
                state.leases[call] = lease
            }
            guard granted < count else { return (granted, 0) }
            // About when one of those under way will have ended.
            let wait = min(max(state.figures.latencyMeanUs ?? 50_000, 10_000), 1_000_000)
            return (granted, now + wait)
        }
    }

    func settle(
        _ settleClass: DeliveryFigures.SettleClass, call: UInt, rows: Int, latencyUs: Int64, now: Int64
    ) {
        state.withLock { state in
            // Without a lease it was counted back when its call's deadline passed: only the figures are left to do.
            if var lease = state.leases[call] {
                lease.requests -= 1
                state.leases[call] = lease.requests > 0 ? lease : nil
                state.figures.inFlight -= 1
            }
            // The plugin measured it: nothing that it says may overflow the sum.
            let latency = min(max(0, latencyUs), 86_400_000_000)
            state.figures.settle(settleClass, rows: rows, latencyUs: latency, at: now)
        }
    }

    /// False when it was disabled before.
    func disable(_ reason: String) -> Bool {
        state.withLock { state in
            guard state.figures.disabledReason == nil else { return false }
            state.figures.disabledReason = reason
            return true
        }
    }

    func enable() { state.withLock { $0.figures.disabledReason = nil } }
}
