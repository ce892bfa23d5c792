import Journeys
import Platform

extension PluginHost {
    /// Loads what was in use when the gateway last ran, and plugins that were not known then. Blocks: plugins are hashed,
    /// probed and started. Once, before the first run; changed files are taken up by the first `rescan`.
    ///
    /// A recorded generation is taken from the store, so that a rollback outlives a restart, as long as a file of its
    /// plugin id is still in a plugin directory. Only when its copy is damaged, or `plugins.lock` vouches for a present file
    /// and not for it, the file comes first.
    ///
    /// - Returns: one outcome per file, in the order of paths. Each is logged too.
    @discardableResult
    public func start() -> [LoadOutcome] {
        loading.withLock { _ in
            store.removeFurtherCopies()
            let look = look(patience: 2_000_000)
            var outcomes = look.outcomes
            for id in look.ids {
                for outcome in startOne(id, look) { outcomes[outcome.path] = outcome }
            }
            return sorted(outcomes)
        }
    }

    /// `start` and the first `rescan`: for a host whose plugins nobody uses yet.
    @discardableResult
    public func loadAll() -> [LoadOutcome] {
        start()
        return rescan()
    }

    func sorted(_ outcomes: [String: LoadOutcome]) -> [LoadOutcome] {
        outcomes.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private func startOne(_ id: String, _ look: Look) -> [LoadOutcome] {
        let candidates = look.candidates(id)
        if let record = look.history.current(id), comesFirst(record, candidates, look),
            let generation = takeRecorded(record, candidates, look)
        {
            return outcomes(of: candidates, current: generation, look)
        }
        if let generation = takeBest(candidates, look) { return outcomes(of: candidates, current: generation, look) }
        // The files are bad: rather what was in use before than nothing.
        if let record = look.history.current(id), let generation = takeRecorded(record, candidates, look) {
            return outcomes(of: candidates, current: generation, look)
        }
        return outcomes(of: candidates, current: nil, look)
    }

    private func comesFirst(_ record: GenerationRecord, _ candidates: [Candidate], _ look: Look) -> Bool {
        guard store.isWhole(record.sha256) else { return false }
        return look.findings.lock(sha256: record.sha256) != nil
            || !candidates.contains {
                $0.file.lock != nil && $0.refusal == nil
            }
    }

    /// The generation that was in use when the gateway last ran, from the store.
    private func takeRecorded(_ record: GenerationRecord, _ candidates: [Candidate], _ look: Look) -> PluginGeneration?
    {
        let file = candidates.first { $0.file.sha256 == record.sha256 }?.file
        var content = Content(
            id: record.pluginID, sha256: record.sha256, path: file?.path ?? store.path(record.sha256),
            file: file?.name ?? record.file, lock: look.findings.lock(sha256: record.sha256), toolchain: nil)
        do throws(Refusal) {
            var verdict = files.verdict(record.sha256) ?? FileMemory.Verdict()
            if verdict.id.isEmpty {
                verdict = try probe(record.sha256, shownAs: content.path, lock: content.lock)
            }
            if let refusal = verdict.refusal { throw refusal }
            content.toolchain = verdict.toolchain
            let generation = try prepare(content, look.history)
            if record.state == .quarantined { generation.putInQuarantine(record.reason) }
            try swap(to: generation, look.history)
            return generation
        } catch {
            environment.log.error(
                event: "generation_unusable", "the generation that was in use can't be used",
                ["plugin": record.pluginID, "sha256": record.sha256, "reason": error.reason])
            return nil
        }
    }

    /// Starts the best file of one plugin id that can be started.
    func takeBest(_ candidates: [Candidate], _ look: Look) -> PluginGeneration? {
        for candidate in candidates {
            do throws(Refusal) {
                return try take(candidate, look)
            } catch {
                continue
            }
        }
        return nil
    }

    /// Takes a file's content into use. A refusal is remembered and told, then thrown.
    @discardableResult
    func take(_ candidate: Candidate, _ look: Look) throws(Refusal) -> PluginGeneration {
        do throws(Refusal) {
            if let refusal = candidate.refusal { throw refusal }
            let file = candidate.file
            let generation = try prepare(
                Content(
                    id: candidate.id, sha256: file.sha256, path: file.path, file: file.name, lock: file.lock,
                    toolchain: candidate.toolchain), look.history)
            generation.liftQuarantine()
            try swap(to: generation, look.history)
            accept(file.path)
            return generation
        } catch {
            let refusal = error.withRemedy(candidate.file.name)
            look.history.refused(
                candidate.file.sha256, id: candidate.id, version: candidate.version, file: candidate.file.name,
                refusal, at: environment.clock.now())
            files.refuse(candidate.file.sha256, refusal)
            refuse(candidate.file.path, candidate.file, id: candidate.id, version: candidate.version, refusal)
            throw refusal
        }
    }
}
