import Platform

extension RemotePlugin {
    /// Gives the plugin up until an operator lifts it.
    func quarantine(_ reason: String) {
        let process = state.update { state -> RemoteProcess?? in
            guard state.quarantine == nil, !state.isRetired else { return nil }
            state.quarantine = reason
            defer { state.process = nil }
            return .some(state.process)
        }
        guard case .some(let process) = process else { return }
        process?.end("is in quarantine")
        environment.quarantined(id, sha256, reason)
    }

    /// Members were found that the plugin dies of: its first deaths are theirs. Too many such members are the plugin's fault.
    func explain(deaths: Int, members: Int) {
        let now = environment.clock.now()
        let isTooMuch = state.update { $0.ledger.explained(deaths: deaths, members: members, at: now) }
        if isTooMuch { quarantine("it died of more than \(CrashLedger.poisonLimit) members within five minutes") }
    }

    /// Puts it into the quarantine that was found on record, without telling anybody.
    func restoreQuarantine(_ reason: String) {
        let process = state.update { state in
            state.quarantine = reason
            defer { state.process = nil }
            return state.process
        }
        process?.finish()
    }

    /// Tries again from the next call on, with a clean slate. False when it was not in quarantine.
    func liftQuarantine() -> Bool {
        state.update { state in
            guard state.quarantine != nil else { return false }
            state.quarantine = nil
            state.ledger = CrashLedger()
            state.notBefore = 0
            state.overdue = 0
            state.fatalConfigs = [:]
            return true
        }
    }

    /// A call has passed its deadline while the plugin was at it: its process is ended, and what is left of the batch hunted.
    /// An ASYNC call may only be slow, once: its rows are unknown then, and the process stays.
    /// - Parameter isLeaving: nothing more is asked of the plugin, so that there is no second time.
    /// - Returns: whether the call goes on.
    func overran(_ serial: UInt64, isLeaving: Bool) -> Bool {
        let processes = state.withLock { $0.all.values.compactMap(\.process) }
        for process in processes {
            guard let call = process.call(ofSerial: serial) else { continue }
            let isStuck = state.withLock { state in
                if call.isReturned, call.isPrimary { state.overdue += 1 }
                return !call.isReturned || !call.isPrimary || isLeaving || state.overdue > 1
            }
            if isStuck { process.end("did not come back from a batch before its deadline") }
            return isStuck
        }
        return false
    }
}
