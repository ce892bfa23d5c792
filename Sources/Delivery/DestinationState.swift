import Platform

/// One destination at work: its limits, its health, its figures. Any thread; a request costs two short visits.
final class DestinationState: Sendable {
    struct Answer: Equatable {
        /// How many of the requests may go, from the first on.
        var granted: Int
        /// When to ask for the next one; 0 when all may go, or when it may go with fewer rows.
        var notBefore: Int64
    }

    /// What one call of a tile was granted and has not settled. A call that ended without settling must not hold its
    /// share for good: it falls back once the call's deadline has passed.
    private struct Lease {
        var requests = 0
        /// Rows of these requests that count in the daily cap of `day`: no more can be given back, and none the day after.
        var rows = 0
        var day: Int32 = 0
        /// Rows of all of them that no settlement has told of.
        var untold = 0
        /// What `State.acts` was when the first of them was granted.
        var acts: Int
        var deadline: Int64

        mutating func add(_ requests: Int, rows: Int, day: Int32, until: Int64) {
            self.requests += requests
            untold += rows
            self.rows = day == self.day ? self.rows + rows : rows
            self.day = day
            deadline = max(deadline, until)
        }

        /// One request of it has ended; how many of its rows that were not handed over are to be given back.
        mutating func end(_ settlement: Settlement, today: Int32) -> Int {
            requests -= 1
            untold -= settlement.rows
            let counted = min(settlement.rows, rows)
            rows -= counted
            return day == today ? min(settlement.notHandedOver, counted) : 0
        }
    }

    private struct State {
        var limits: DeliveryLimits
        var window: SendWindow
        var limiter: RateLimiter
        var breaker: CircuitBreaker
        var cap: DailyCap
        var meter = RateMeter()
        var holdUntil: Int64
        var leases: [UInt: Lease] = [:]
        var inFlight = 0
        /// A reserve of the daily cap that is being written.
        var reserving: Int?
        /// No reserve is written before: the last one could not be.
        var reserveAfter: Int64 = 0
        /// Counts how often a person acted.
        var acts = 0
        /// Counts what was given to the keeper.
        var version = 0
        var figures = DeliveryFigures()

        mutating func dropExpired(_ now: Int64) {
            for (call, lease) in leases where lease.deadline <= now {
                inFlight -= lease.requests
                leases[call] = nil
            }
        }
    }

    /// Microseconds until a disk that failed is tried again.
    private static let pauseOfDisk: Int64 = 500_000
    /// Who is told to come back after so long, in microseconds, gives its rows back.
    private static let hold: Int64 = 1_000_000

    private let state: Monitor<State>
    private let seed: UInt64
    /// Writes what must outlive the gateway.
    private let keeper: DeliveryKeeper

    init(_ settings: DeliverySettings, seed: UInt64, keeper: DeliveryKeeper, now: Int64) {
        self.seed = seed
        self.keeper = keeper
        let kept = settings.kept
        var figures = DeliveryFigures()
        figures.disabledReason = settings.disabledReason
        state = Monitor(
            State(
                limits: settings.limits, window: SendWindow(limit: settings.limits.maxInFlight),
                limiter: RateLimiter(settings.limits.requestsPerSecond, now: now),
                breaker: CircuitBreaker(
                    openedAt: kept.breakerOpenedAt, until: kept.breakerUntil, trips: kept.breakerTrips, now: now),
                cap: DailyCap(day: kept.day, reserved: kept.reserved),
                holdUntil: min(kept.holdUntil, now + Delivery.longestHold), figures: figures))
    }

    func figures(_ now: Int64) -> DeliveryFigures {
        state.withLock { state in
            var figures = state.figures
            state.cap.turn(now)
            figures.limits = state.limits
            figures.inFlight = state.inFlight
            figures.window = state.window.size
            figures.breaker = state.breaker
            figures.holdUntil = state.holdUntil > now ? state.holdUntil : nil
            figures.today = state.cap.used
            figures.dayEndsAt = DailyCap.end(of: state.cap.day)
            (figures.requestsPerSecond, figures.deliveriesPerSecond) = state.meter.perSecond(now)
            return figures
        }
    }

    /// - Parameters:
    ///   - rows: what each request carries.
    ///   - call: identifies the call of the tile that asks; it settles under the same number.
    ///   - deadline: of that call.
    func acquire(_ rows: UnsafeBufferPointer<UInt32>, call: UInt, deadline: Int64, now: Int64) -> Answer {
        let (answer, kept) = state.withLock { state -> (Answer, DeliveryKeeper.Change?) in
            var change = DeliveryKeeper.Change()
            var granted = 0
            var refusal: Int64?
            for count in rows {
                refusal = refuse(Int(count), &state, &change, deadline, now)
                if refusal != nil { break }
                granted += 1
            }
            if granted > 0 {
                let carried = rows[..<granted].reduce(0) { $0 &+ Int($1) }
                state.leases[call, default: Lease(acts: state.acts, deadline: deadline)]
                    .add(granted, rows: carried, day: state.cap.day, until: deadline)
            }
            // For a shorter time the rows wait where they are, and are asked for again and again.
            if let refusal, refusal - now >= Self.hold {
                for count in rows[granted...] { state.figures.heldBack &+= Int(count) }
            }
            return (Answer(granted: granted, notBefore: refusal ?? 0), complete(change, &state))
        }
        if let kept { keep(kept) }
        return answer
    }

    /// When to ask again for a request of so many rows; nil when it may go, and then it is counted.
    private func refuse(
        _ rows: Int, _ state: inout State, _ change: inout DeliveryKeeper.Change, _ deadline: Int64, _ now: Int64
    ) -> Int64? {
        if state.figures.disabledReason != nil { return now + Delivery.disabledPause }
        if state.holdUntil > now { return state.holdUntil }
        if let until = state.breaker.refusal(now) { return until }
        if state.inFlight >= state.window.size { state.dropExpired(now) }
        if state.inFlight >= state.window.size {
            // About when one of those under way will have ended.
            return now + min(max(state.figures.latency.mean ?? 50_000, 10_000), 500_000)
        }
        if !state.limiter.admits(now) { return state.limiter.turn(now) }
        if let limit = state.limits.deliveriesPerDay {
            let answer = state.cap.take(rows, limit: limit, now)
            if state.reserving == nil, now >= state.reserveAfter,
                let wanted = state.cap.wanted(for: answer == .granted ? 0 : rows, limit: limit)
            {
                state.reserving = wanted
                change.reserve = wanted
                change.reservedAt = now
            }
            switch answer {
            case .granted: break
            case .notYet: return max(now + 5_000, state.reserveAfter)
            case .tooMany where rows > 1: return 0
            // Asked again before the day is over, since its owner may raise the cap.
            case .tooMany, .exhausted: return min(DailyCap.end(of: state.cap.day), now + Delivery.cappedPause)
            }
        } else {
            state.cap.count(rows, now)
        }
        state.limiter.take(now)
        if state.breaker.admit(now) { change.isOfState = true }
        state.inFlight += 1
        return nil
    }

    func settle(_ end: Settlement, call: UInt, now: Int64) {
        let kept = state.withLock { state -> DeliveryKeeper.Change? in
            // Without a lease it was counted back when its call's deadline passed: only the figures are left to do.
            state.cap.turn(now)
            if var lease = state.leases[call] {
                state.cap.giveBack(lease.end(end, today: state.cap.day), now)
                state.leases[call] = lease.requests > 0 ? lease : nil
                state.inFlight -= 1
                // What its answers refused singly, now that they are all here.
                if lease.requests == 0 { state.figures.rejected.rows &+= max(0, lease.untold) }
            }
            state.figures.settle(end, at: now)
            let began = now - end.measured
            if end.isOwnRefusal {
                state.breaker.giveUpTrial(began: began, now)
                return nil
            }
            var change = DeliveryKeeper.Change()
            let isFailure = end.settleClass == .failed
            if isFailure || end.settleClass == .throttled {
                if isFailure {
                    state.window.failure(limit: state.limits.maxInFlight)
                } else {
                    state.window.throttled()
                }
                let hold = min(end.retryAt, now + Delivery.longestHold)
                if hold > max(now, state.holdUntil) {
                    state.holdUntil = hold
                    change.isOfState = true
                }
            } else {
                state.window.answer(limit: state.limits.maxInFlight)
            }
            if state.breaker.note(isFailure: isFailure, began: began, now, seed: seed) { change.isOfState = true }
            state.meter.add(requests: 1, rows: end.settleClass == .delivered ? end.ended : 0, now)
            return complete(change, &state)
        }
        if let kept { keep(kept) }
    }

    /// False when it was disabled before, or when the call's requests went before a person acted: they say nothing of now.
    func disable(_ reason: String, call: UInt) -> Bool {
        keeper.disable(reason) {
            state.withLock { state in
                guard state.figures.disabledReason == nil, state.leases[call]?.acts ?? state.acts == state.acts else {
                    return false
                }
                state.figures.disabledReason = reason
                return true
            }
        }
    }

    /// A person acted: everything that holds deliveries up but for the limits is gone.
    func enable() {
        let kept = keeper.enable {
            state.withLock { state in
                state.acts += 1
                state.figures.disabledReason = nil
                state.holdUntil = 0
                state.breaker.close()
                return complete(DeliveryKeeper.Change(isOfState: true), &state)
            }
        }
        if let kept { keep(kept) }
    }

    /// The gateway stops in order: what is kept is exact.
    func release() {
        let kept = state.withLock { state -> DeliveryKeeper.Change? in
            guard state.limits.deliveriesPerDay != nil else { return nil }
            state.cap.release()
            state.reserving = nil
            return complete(DeliveryKeeper.Change(isOfState: true), &state)
        }
        if let kept { keep(kept) }
    }

    func set(_ limits: DeliveryLimits, now: Int64) {
        state.withLock { state in
            state.limits = limits
            state.window.fit(limits.maxInFlight)
            state.limiter.set(limits.requestsPerSecond, now: now)
        }
    }

    /// What is to be written, as the state is now; nil when nothing is.
    private func complete(_ change: DeliveryKeeper.Change, _ state: inout State) -> DeliveryKeeper.Change? {
        if !change.isOfState, change.reserve == nil { return nil }
        var change = change
        state.version += 1
        change.version = state.version
        change.kept = KeptDelivery(
            day: state.cap.day, reserved: max(state.cap.reserved, state.reserving ?? 0),
            breakerOpenedAt: state.breaker.openedAt, breakerUntil: state.breaker.until,
            breakerTrips: state.breaker.trips, holdUntil: state.holdUntil)
        return change
    }

    private func keep(_ change: DeliveryKeeper.Change) {
        keeper.keep(change) { [weak self] isKept in
            guard let self, let reserve = change.reserve else { return }
            state.withLock { state in
                state.reserving = nil
                if isKept {
                    state.cap.reserve(reserve, day: change.kept.day)
                } else {
                    state.reserveAfter = change.reservedAt + Self.pauseOfDisk
                }
            }
        }
    }
}
