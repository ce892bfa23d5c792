import Journeys
import Platform

/// What operators ask for. All block: a content is probed and started. What was refused, rolled back or retired before is
/// no bar here.
extension PluginHost {
    /// Takes up a file of a plugin directory, though another file of its plugin id may win over it.
    /// - Parameter name: without the directory; of several the later directory's.
    /// - Returns: the plugin as it is now.
    public func load(file name: String) throws(PluginError) -> PluginInfo {
        try operating {
            let look = look(patience: 1_000_000)
            guard let file = look.findings.files.last(where: { $0.name == name }) else {
                if let refused = look.findings.refused.last(where: { $0.path.hasSuffix("/" + name) }) {
                    throw refused.refusal
                }
                let isBusy = look.findings.busy.contains { $0.hasSuffix("/" + name) }
                throw PluginError.notFound(
                    isBusy
                        ? "The file '\(name)' is being written: ask again when it is whole"
                        : "There is no file '\(name)' in a plugin directory")
            }
            return try take(file, look)
        }
    }

    /// Looks again at the files of a plugin and takes up the one that wins. When that is in use already: lifts its
    /// quarantine, or takes up what `plugins.lock` says of it by now; else nothing changes.
    /// - Returns: the plugin as it is now.
    public func reload(id: String) throws(PluginError) -> PluginInfo {
        try operating {
            let look = look(patience: 1_000_000)
            if let file = look.candidates(id).first?.file ?? overwritten(id, look) { return try take(file, look) }
            guard let current = present(id) else {
                throw PluginError.notFound(
                    look.history.records.contains { $0.pluginID == id }
                        ? "No file of the plugin '\(id)' is in a plugin directory: put one there"
                        : "There is no plugin '\(id)'")
            }
            try lift(current, look.history)
            return try info(id)
        }
    }

    /// Goes back to an earlier generation. The present content is not taken again by itself.
    /// - Parameter sha256: the generation to go to; nil for the one that was in use before the present one.
    /// - Returns: the plugin as it is now.
    public func rollback(id: String, to sha256: String? = nil) throws(PluginError) -> PluginInfo {
        try operating {
            let look = look(patience: 1_000_000)
            let history = look.history
            guard let current = present(id) else {
                guard history.records.contains(where: { $0.pluginID == id }) else {
                    throw PluginError.notFound("There is no plugin '\(id)'")
                }
                throw PluginError.nothingToRollBack("The plugin '\(id)' is not in use: reload it")
            }
            let target = try target(id, sha256?.lowercased(), current, history)
            let lock = look.findings.lock(sha256: target.sha256)
            let verdict = try probe(target.sha256, shownAs: store.path(target.sha256), lock: lock)
            if let refusal = verdict.refusal { throw refusal }
            let generation = try prepare(
                Content(
                    id: id, sha256: target.sha256, path: store.path(target.sha256), file: target.file, lock: lock,
                    toolchain: verdict.toolchain), history)
            generation.liftQuarantine()
            try swap(
                to: generation, leaving: (.rolledBack, "rolled back to generation \(generation.number)"), history)
            return try info(id)
        }
    }

    /// Takes a plugin out of use, unless something live needs it. Its files are not taken again by themselves.
    /// - Returns: the plugin as it is now.
    public func retire(id: String) throws(PluginError) -> PluginInfo {
        try operating {
            guard let current = present(id) else { throw PluginError.notFound("No plugin '\(id)' is in use") }
            let history = GenerationHistory(memory, log: environment.log)
            let (present, guardian) = registry.withLock { ($0.present, $0.guardian) }
            var failure: Refusal?
            let commit = {
                failure = self.remember(history.retirement(of: current), history, mustBe: true)
                if failure == nil { self.publish { $0.remove(id) } }
            }
            if let guardian {
                let users = guardian.review(change(of: id, to: nil, present), swap: commit)
                if !users.isEmpty { throw PluginError.inUse(Refusal(objections: users).reason, problems: users) }
            } else {
                commit()
            }
            if let failure { throw failure }
            letGo(current)
            environment.log.info(
                event: "plugin_retired", "plugin retired",
                ["plugin": id, "generation": String(current.number), "sha256": current.sha256])
            return try info(id)
        }
    }

    // MARK: Helpers

    private func operating(_ body: () throws -> PluginInfo) throws(PluginError) -> PluginInfo {
        let result = loading.withLock { _ -> Result<PluginInfo, PluginError> in
            do {
                return .success(try body())
            } catch let error as PluginError {
                return .failure(error)
            } catch let refusal as Refusal {
                return .failure(PluginError(refusal))
            } catch {
                return .failure(.refused("\(error)", problems: []))
            }
        }
        return try result.get()
    }

    private func take(_ file: PluginFile, _ look: Look) throws -> PluginInfo {
        let candidate = try inspect(file, look.history, isAsked: true)
        if let current = present(candidate.id), current.sha256 == file.sha256, current.lock == file.lock {
            try lift(current, look.history)
        } else {
            try take(candidate, look)
        }
        return try info(candidate.id)
    }

    /// The file of a plugin that was overwritten with something whose plugin id can't be told.
    private func overwritten(_ id: String, _ look: Look) -> PluginFile? {
        guard let name = look.history.current(id)?.file, !name.isEmpty else { return nil }
        return look.findings.files.last { $0.name == name && look.outcomes[$0.path] != nil }
    }

    private func target(
        _ id: String, _ sha256: String?, _ current: PluginGeneration, _ history: GenerationHistory
    ) throws(PluginError) -> GenerationRecord {
        guard let sha256 else {
            if let record = history.superseded(id) { return record }
            throw PluginError.nothingToRollBack(
                "The plugin '\(id)' has no generation that was in use before the present one: name one by its sha256")
        }
        guard sha256 != current.sha256 else {
            throw PluginError.nothingToRollBack("This generation of the plugin '\(id)' is in use already")
        }
        guard let record = history.record(id, sha256: sha256) else {
            throw PluginError.nothingToRollBack("The plugin '\(id)' never had a generation with this sha256")
        }
        return record
    }

    private func lift(_ current: PluginGeneration, _ history: GenerationHistory) throws(Refusal) {
        guard let reason = current.quarantineReason else { return }
        current.liftQuarantine()
        if let failure = remember(
            history.activation(of: current, leaving: (.superseded, "")), history, mustBe: true)
        {
            current.putInQuarantine(reason)
            throw failure
        }
        environment.log.info(
            event: "quarantine_lifted", "quarantine lifted", ["plugin": current.image.id, "sha256": current.sha256])
        registry.withLock { $0.guardian }?.quarantineWasLifted(current.image.id)
    }

    private func info(_ id: String) throws(Refusal) -> PluginInfo {
        if let info = plugin(id) { return info }
        throw Refusal("the plugin '\(id)' is gone", isLasting: false)
    }
}
