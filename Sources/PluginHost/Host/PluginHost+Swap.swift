import Journeys
import Platform
import Synchronization

extension PluginHost {
    /// Lets a started generation take the place of the present one of its plugin id, or come in as a new one: asks the
    /// guard, remembers it, and swaps in one step. The old one drains and retires by itself.
    ///
    /// - Parameter leaving: what becomes of the old one.
    /// - Throws: why not; then the present one serves on and the candidate retires.
    func swap(
        to candidate: PluginGeneration, leaving: (state: GenerationState, reason: String) = (.superseded, ""),
        _ history: GenerationHistory
    ) throws(Refusal) {
        let id = candidate.image.id
        let (present, guardian) = registry.withLock { ($0.present, $0.guardian) }
        let old = present.generations[id]
        let change = self.change(of: id, to: candidate, present)
        var failure: Refusal?
        let commit = {
            failure = self.remember(history.activation(of: candidate, leaving: leaving), history, mustBe: old != nil)
            if failure == nil { self.publish { $0.put(candidate) } }
        }
        if let guardian {
            let objections = guardian.review(change, swap: commit)
            if !objections.isEmpty { failure = Refusal(objections: objections) }
        } else {
            commit()
        }
        if let failure {
            letGo(candidate)
            throw failure
        }
        registry.withLock { state in
            state.loaded.removeAll { $0.generation === candidate }
            state.loaded.append(LoadedGeneration(candidate))
            state.loaded.shrink()
        }
        if let old, old !== candidate { letGo(old) }
        if let old, old.quarantineReason != nil, candidate.quarantineReason == nil {
            guardian?.quarantineWasLifted(id)
        }
        environment.log.info(
            event: old == nil ? "plugin_loaded" : "plugin_swapped", old == nil ? "plugin loaded" : "plugin swapped",
            [
                "plugin": id, "version": candidate.image.version, "generation": String(candidate.number),
                "replaces": old.map { String($0.number) } ?? "", "file": candidate.path, "sha256": candidate.sha256,
                "isolation": candidate.isolation,
            ])
    }

    /// No new calls go to it: it retires once the last instance is closed.
    func letGo(_ generation: PluginGeneration) {
        // In this order, so that an instance opened meanwhile is either removed here or not kept at all.
        generation.retireSoon()
        cache.removeAll(of: generation)
    }

    /// Changes what is loaded, in one step for everybody.
    func publish(_ change: (inout PluginRegistry) -> Void) {
        registry.update { state in
            change(&state.present)
            state.epoch += 1
            changes.store(state.epoch, ordering: .releasing)
        }
    }

    /// - Parameter mustBe: whether the change is not made when it can't be remembered. At the start plugins load all the
    ///   same: a gateway without them serves nobody.
    func remember(_ records: [GenerationRecord], _ history: GenerationHistory, mustBe: Bool) -> Refusal? {
        // A start that finds all as it was syncs nothing.
        if !mustBe, records.allSatisfy(history.records.contains) { return nil }
        do {
            try history.remember(records)
            return nil
        } catch {
            if mustBe { return Refusal("the change can't be stored: \(error)", isLasting: false) }
            environment.log.error(
                event: "generation_not_stored", "a generation of a plugin can't be remembered",
                ["plugin": records.last?.pluginID ?? "", "reason": "\(error)"])
            return nil
        }
    }

    /// The change as the guard sees it.
    /// - Parameter candidate: nil when the plugin is to leave.
    func change(of id: String, to candidate: PluginGeneration?, _ present: PluginRegistry) -> GenerationChange {
        let epoch = epoch
        var proposed = present
        if let candidate { proposed.put(candidate) } else { proposed.remove(id) }
        let images = [present.generations[id]?.image, candidate?.image].compactMap { $0 }
        return GenerationChange(
            kind: candidate == nil ? .retirement : .replacement, pluginID: id,
            present: PluginCatalogue(registry: present, cache: cache, epoch: epoch),
            proposed: PluginCatalogue(registry: proposed, cache: cache, epoch: epoch + 1),
            tileTypes: Set(images.flatMap { $0.tileTypes.map(\.id) }),
            connectorTypes: Set(images.flatMap { $0.connectorTypes.map(\.id) }))
    }
}
