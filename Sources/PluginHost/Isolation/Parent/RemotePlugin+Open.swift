import Platform

extension RemotePlugin {
    /// For so long a config of which the plugin has died is not tried again: whoever may write configs must not be able to
    /// keep a plugin down.
    private static let memory: Int64 = 300_000_000
    private static let memoryLimit = 256

    /// Opens a config in the process that is in use.
    /// - Throws: also when the plugin dies of it; that is a fault of the config, and counts as none of the plugin's.
    func open(_ kind: FrameKind, _ body: [UInt8]) throws(ProcessGone) -> (RemoteInstance.Answer, RemoteProcess) {
        let now = environment.clock.now()
        let known = state.withLock { state in
            state.fatalConfigs = state.fatalConfigs.filter { $0.value.at > now - Self.memory && $0.value.at <= now }
            return state.fatalConfigs[body]
        }
        if let known { throw ProcessGone(reason: known.reason) }
        let process = try process()
        process.state.withLock { $0.opening += 1 }
        do throws(ProcessGone) {
            let answer = try RemoteInstance.open(kind, body, in: process)
            process.state.withLock { $0.opening -= 1 }
            return (answer, process)
        } catch {
            let reason = "\(error.reason) while it opened this config"
            state.withLock { state in
                if state.fatalConfigs.count < Self.memoryLimit, state.quarantine == nil {
                    state.fatalConfigs[body] = (reason, now)
                }
            }
            throw ProcessGone(reason: reason)
        }
    }
}
