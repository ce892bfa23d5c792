import Platform

extension PluginHost {
    /// A generation crashed too often and was stopped: it stays the present one, in quarantine, until an operator lifts
    /// that or another one takes its place; a restart changes nothing about it. The guard stops what needs it.
    ///
    /// Waits for an operation under way: not for a thread of a run. Does nothing when it is not in use any more.
    func quarantine(_ pluginID: String, sha256: String, reason: String) {
        loading.withLock { _ in
            guard let current = present(pluginID), current.sha256 == sha256 else { return }
            // An operator may have lifted it since it was told.
            guard current.image.isolation == .inproc || current.quarantineReason != nil else { return }
            current.putInQuarantine(reason)
            current.figures.quarantined()
            let history = GenerationHistory(memory, log: environment.log)
            _ = remember(history.activation(of: current, leaving: (.superseded, "")), history, mustBe: false)
            // Nothing is opened on it meanwhile, and open instances have nothing behind them.
            cache.removeAll(of: current)
            environment.log.error(
                event: "plugin_quarantined", "plugin put in quarantine",
                ["plugin": pluginID, "sha256": sha256, "reason": reason])
            registry.withLock { $0.guardian }?.pluginWasQuarantined(pluginID, reason: reason)
        }
    }
}
