import Journeys
import Platform

extension PluginHost {
    /// A content of the store that is to be used.
    struct Content {
        var id: String
        var sha256: String
        /// Where it was found, for operators.
        var path: String
        /// The name of its file in a plugin directory.
        var file: String
        var lock: PluginLock.Entry?
        /// As the probe read it; nil when there was none.
        var toolchain: String?
    }

    /// Makes a generation of a content: mapped (or in a process of its own) and started, but not in use yet.
    func prepare(_ content: Content, _ history: GenerationHistory) throws(Refusal) -> PluginGeneration {
        if let draining = draining(content) {
            do throws(Refusal) {
                try checkOwners(draining.image, content)
            } catch {
                draining.retireSoon()
                throw error
            }
            return draining
        }
        try renewIfUsed(content)
        let image = try image(of: content.sha256, lock: content.lock, toolchain: content.toolchain)
        guard image.id == content.id else { throw Refusal("the plugin's id changes from call to call") }
        try checkOwners(image, content)
        if image.isolation == .inproc, content.lock?.isolation != .inproc {
            environment.log.warning(
                event: "plugin_not_locked", "a plugin that no plugins.lock allows in process is loaded in process",
                ["plugin": image.id, "file": content.path, "sha256": content.sha256])
        }
        let generation = PluginGeneration(
            image: image, number: history.number(of: image.id, sha256: content.sha256), sha256: content.sha256,
            path: content.path, file: content.file, lock: content.lock, loadedAt: environment.clock.now(),
            environment: environment)
        if image.isolation == .inproc { store.noteStart(content.sha256) }
        try generation.start()
        return generation
    }

    private func checkOwners(_ image: PluginImage, _ content: Content) throws(Refusal) {
        guard let conflict = registry.withLock({ $0.present.conflict(with: image) }) else { return }
        // Depends on the other plugin, not on this file.
        let again = content.file.isEmpty ? "" : ", then \(Refusal.remedy(content.file))"
        throw Refusal("\(conflict): remove one of the two\(again)", isLasting: false)
    }

    /// A generation of the same content that is not in use any more and has not retired yet: used again as it is.
    private func draining(_ content: Content) -> PluginGeneration? {
        let known = registry.withLock { state in
            state.loaded.compactMap(\.generation).filter {
                $0.sha256 == content.sha256 && $0.image.id == content.id && $0.lock == content.lock
                    && state.present.generations[content.id] !== $0
            }
        }
        return known.last { $0.resume() }
    }

    private func renewIfUsed(_ content: Content) throws(Refusal) {
        guard store.wasStarted(content.sha256) else { return }
        do {
            try store.renew(content.sha256)
        } catch {
            throw Refusal("the content can't be copied for a further mapping: \(error)", isLasting: false)
        }
    }
}
