import Journeys
import Platform

extension PluginHost {
    /// Looks through the plugin directories again and takes up what has changed: new plugins come in, a changed file
    /// replaces its plugin's generation while everything runs. Costs little when nothing has changed. Blocks while plugins
    /// are probed and started, and while another operation is under way.
    ///
    /// What an operator has rolled back or retired, and what was refused, is not taken again until its content changes; a
    /// file that is gone changes nothing.
    ///
    /// - Returns: one outcome per file, in the order of paths; what is new in them is logged too.
    @discardableResult
    public func rescan() -> [LoadOutcome] {
        loading.withLock { _ in
            let look = look(patience: 0)
            var outcomes = look.outcomes
            for id in look.ids {
                for outcome in rescanOne(id, look) { outcomes[outcome.path] = outcome }
            }
            files.scanned(look.findings.files, busy: look.findings.busy)
            return sorted(outcomes)
        }
    }

    private func rescanOne(_ id: String, _ look: Look) -> [LoadOutcome] {
        let candidates = look.candidates(id)
        if let current = present(id) {
            // Only the file that wins counts: when it was taken back or refused, none of the others is meant either.
            if let winner = candidates.first, winner.file.sha256 != current.sha256, hasChanged(winner, look.history) {
                _ = try? take(winner, look)
            }
        } else {
            _ = takeBest(candidates, look)
        }
        return outcomes(of: candidates, current: present(id), look)
    }

    /// Whether somebody has put the file there since the present generation was taken.
    private func hasChanged(_ candidate: Candidate, _ history: GenerationHistory) -> Bool {
        if let wasScanned = files.wasScanned(candidate.file) { return !wasScanned }
        // Never seen in this process: one whose content was replaced in an earlier one must be newer than that.
        guard history.record(candidate.id, sha256: candidate.file.sha256)?.state == .superseded else { return true }
        return candidate.file.changed > history.current(candidate.id)?.loadedAt ?? 0
    }

    /// The generation in use.
    func present(_ id: String) -> PluginGeneration? { registry.withLock { $0.present.generations[id] } }
}
