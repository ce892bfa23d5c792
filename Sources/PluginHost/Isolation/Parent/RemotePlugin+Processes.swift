import Platform

extension RemotePlugin {
    private enum Step {
        case use(RemoteProcess)
        case start
        case unavailable(String)
    }

    /// The process to call; started when there is none.
    /// - Throws: why there is none and will be none for now.
    func process() throws(ProcessGone) -> RemoteProcess {
        let step = state.wait { state -> Step? in
            if let reason = state.quarantine { return .unavailable("is in quarantine: \(reason)") }
            if state.isRetired { return .unavailable("is retired") }
            if let process = state.process { return .use(process) }
            if state.isStarting { return nil }
            state.isStarting = true
            return .start
        }
        switch step {
        case .use(let process): return process
        case .unavailable(let reason): throw ProcessGone(reason: reason)
        case .start: break
        }
        defer { state.update { $0.isStarting = false } }
        pause()
        let process = try fresh()
        let isWanted = state.update { state in
            guard !state.isRetired, state.quarantine == nil else { return false }
            state.process = process
            state.restarts += 1
            return true
        }
        guard isWanted else {
            process.finish()
            throw ProcessGone(reason: "is not wanted any more")
        }
        return process
    }

    /// A process beside the one in use, started and ready.
    func fresh() throws(ProcessGone) -> RemoteProcess {
        let process: RemoteProcess
        do throws(Refusal) {
            process = try RemoteProcess(launch)
        } catch {
            if error.isShortage {
                state.withLock { $0.notBefore = MonotonicTime.now() + 1_000_000 }
                throw ProcessGone(reason: error.reason, isShortage: true)
            }
            throw failedToStart(error.reason)
        }
        guard process.description == description else {
            process.finish()
            throw failedToStart("the plugin's tables change from start to start")
        }
        process.belong(to: self)
        let status: Int32
        do throws(ProcessGone) {
            status = try start(process)
        } catch {
            throw failedToStart("the plugin \(error.reason) in its start")
        }
        guard status == 0 else {
            process.finish()
            throw failedToStart("the plugin's start returned \(status)")
        }
        return process
    }

    /// A start that fails counts like a death: else it would be tried at each batch.
    private func failedToStart(_ reason: String) -> ProcessGone {
        log("a plugin's process could not be started again: \(reason)")
        count(reason)
        return ProcessGone(reason: "could not be started again: \(reason)")
    }

    private func pause() {
        let notBefore = state.withLock { $0.notBefore }
        while true {
            let left = notBefore - MonotonicTime.now()
            if left <= 0 { return }
            let isOver: Void? = state.wait(microseconds: left) { $0.isRetired || $0.quarantine != nil ? () : nil }
            if isOver != nil { return }
        }
    }

    /// A process has ended that was not let go: it is used no more, and its death counts, if it was no hunt's.
    func ended(_ process: RemoteProcess, _ gone: ProcessGone) {
        let wasMain = state.update { state in
            guard state.process === process else { return false }
            state.process = nil
            return true
        }
        // A hunt judges the deaths of its own processes; one that was given up was counted before.
        guard wasMain else { return }
        environment.log.error(
            event: "plugin_process_ended", "a plugin's process ended",
            ["plugin": id, "reason": "the plugin \(gone.reason)", "sha256": sha256])
        // A config of which it dies is refused, and by that no more than a config.
        if process.state.withLock({ $0.opening == 0 }) { count(gone.reason) }
    }

    /// Takes care of ASYNC calls that a process has left behind.
    func inherit(_ calls: [RemoteCall], _ gone: ProcessGone) {
        for call in calls { call.abandon(gone) }
        bereave(calls.filter(\.isPrimary).map(\.target))
    }

    /// Counts a death that is not a hunt's; gives the plugin up when there were too many.
    func count(_ reason: String) {
        let now = environment.clock.now()
        let (isTooMuch, recent) = state.update { state in
            let isTooMuch = state.ledger.died(at: now)
            state.notBefore = MonotonicTime.now() + state.ledger.pause
            return (isTooMuch, state.ledger.recent)
        }
        if isTooMuch { quarantine("it died \(recent) times within five minutes; the last time it \(reason)") }
    }
}
