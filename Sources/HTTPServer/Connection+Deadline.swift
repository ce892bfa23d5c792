extension Connection {
    /// Chooses the deadline that fits the state; a timer that already runs keeps its time.
    func rearm() {
        let wanted = wantedTimer
        if wanted == timer { return }
        timer = wanted
        spanBytes = 0
        guard let span = span(wanted) else {
            deadline = .max
            return
        }
        deadline = reactor.now &+ span
        reactor.schedule(self)
    }

    private var wantedTimer: Timer {
        if isShutDown { return .linger }
        if isBlocked { return .write }
        switch phase {
        case .head: return exchange == 0 || waitingInput > 0 ? .head : .idle
        case .body:
            if isPaused { return .none }
            if case .stream = sink { return .upload }
            return .body
        case .waiting: return .none
        case .drain: return .linger
        }
    }

    private func span(_ timer: Timer) -> Int64? {
        let configuration = reactor.configuration
        return switch timer {
        case .none: nil
        case .head: configuration.headerDeadline
        case .idle: configuration.idleTimeout
        case .body, .upload: configuration.bodyDeadline
        case .write: configuration.writeDeadline
        case .linger: configuration.lingerTimeout
        }
    }

    /// The deadline has passed.
    func expired() {
        switch timer {
        case .none: break
        case .idle: if waitingInput == 0 { close() } else { rearm() }
        case .linger: close()
        case .head:
            guard waitingInput > 0 else { return close() }
            beginExchange()
            fail(.headTimeout)
        case .body:
            // A body that is only read to be dropped has had its answer.
            if isAnswered { return close() }
            fail(.bodyTimeout)
        case .upload:
            if isFastEnough(reactor.configuration.bodyDeadline) { restartSpan() } else { fail(.bodyTimeout) }
        case .write:
            if isFastEnough(reactor.configuration.writeDeadline) { restartSpan() } else { close() }
        }
    }

    private func isFastEnough(_ span: Int64) -> Bool {
        spanBytes > 0 && Int64(spanBytes) >= Int64(reactor.configuration.minimumRate) * span / 1_000_000
    }

    private func restartSpan() {
        timer = .none
        rearm()
    }
}
