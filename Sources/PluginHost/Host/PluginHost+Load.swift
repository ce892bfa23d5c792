import Journeys
import Platform

extension PluginHost {
    /// A file with what is known of it before it is used.
    private struct Candidate {
        let file: PluginFile
        let id: String
        let version: String
        /// Nil when it is not known before the file is mapped.
        var toolchain: String?
        /// Mapped already when there is no probe to tell the id.
        var image: PluginImage?
        /// Refused in an earlier life of the gateway.
        var refusal: Refusal?
    }

    /// Looks through the plugin directories and loads what is not loaded yet. Blocks: plugins are hashed, probed and
    /// started. Call before the first run; calling again takes up files of new plugin ids only.
    ///
    /// - Returns: one outcome per file, in the order of directories and names. Each is logged too.
    @discardableResult
    public func loadAll() -> [LoadOutcome] {
        loading.withLock { _ in load() }
    }

    private func load() -> [LoadOutcome] {
        let history = GenerationHistory(memory, log: environment.log)
        let (files, unreadable) = PluginFinder(directories: configuration.directories, log: environment.log).find()
        var outcomes: [String: LoadOutcome] = [:]
        registry.withLock { $0.refused = [:] }
        for (path, reason) in unreadable { outcomes[path] = refuse(path, reason: reason) }

        var candidates: [String: [Candidate]] = [:]
        var order: [String] = []
        for file in files {
            do throws(Refusal) {
                let candidate = try inspect(file, history)
                if candidates[candidate.id] == nil { order.append(candidate.id) }
                candidates[candidate.id, default: []].append(candidate)
            } catch {
                history.refused(file.sha256, id: "", version: "", error, at: environment.clock.now())
                outcomes[file.path] = refuse(file.path, file: file, reason: error.reason)
            }
        }
        for id in order {
            let best = (candidates[id] ?? []).sorted { $0.file.wins(over: $1.file) }
            for outcome in loadOne(id, best, history) { outcomes[outcome.path] = outcome }
        }
        return outcomes.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// All that can be told without starting the plugin; with a probe, without mapping it here.
    private func inspect(_ file: PluginFile, _ history: GenerationHistory) throws(Refusal) -> Candidate {
        let elf = try ElfFile(file.bytes)
        if let symbols = elf.exportedSymbols, !symbols.contains(PluginImage.entrySymbol) {
            throw Refusal(PluginImage.missingEntry(exported: symbols), isLasting: false)
        }
        if let record = history.refusal(of: file.sha256) {
            let reason = record.state == .rolledBack ? "this content was rolled back" : record.reason
            let refusal = Refusal("\(reason) (not tried again until the file changes)")
            if record.pluginID.isEmpty { throw refusal }
            return Candidate(file: file, id: record.pluginID, version: record.version, refusal: refusal)
        }
        do {
            try store.keep(file.bytes, sha256: file.sha256)
        } catch {
            throw Refusal("the file can't be copied to the plugin store: \(error)", isLasting: false)
        }
        if let command = configuration.probeCommand {
            let report = try ProbeChild(command: command, timeoutUs: configuration.probeTimeoutUs)
                .run(file: store.path(file.sha256))
            for warning in report.warnings {
                environment.log.warning("the probe of a plugin warns", ["file": file.path, "warning": warning])
            }
            return Candidate(
                file: file, id: report.id, version: report.version, toolchain: report.toolchain,
                refusal: report.refusal)
        }
        let image = try image(of: file.sha256, lock: file.lock, toolchain: nil)
        return Candidate(file: file, id: image.id, version: image.version, image: image)
    }

    /// Starts the best file of one plugin id that can be started; if it is refused, what was active before, then the rest.
    private func loadOne(_ id: String, _ candidates: [Candidate], _ history: GenerationHistory) -> [LoadOutcome] {
        var outcomes: [LoadOutcome] = []
        var active = registry.withLock { $0.generations[id] }
        func shadow(_ candidate: Candidate, by path: String) {
            outcomes.append(
                LoadOutcome(
                    path: candidate.file.path, sha256: candidate.file.sha256, pluginID: id, version: candidate.version,
                    state: .shadowed, reason: "\(path) is used for the plugin '\(id)'"))
            environment.log.info("plugin file not used", ["file": candidate.file.path, "plugin": id, "used": path])
        }
        for candidate in candidates {
            if let active {
                if active.sha256 == candidate.file.sha256, active.path == candidate.file.path {
                    outcomes.append(outcome(active))
                } else {
                    shadow(candidate, by: active.path)
                }
                continue
            }
            do throws(Refusal) {
                if let refusal = candidate.refusal { throw refusal }
                var image = candidate.image
                if image == nil {
                    image = try self.image(
                        of: candidate.file.sha256, lock: candidate.file.lock, toolchain: candidate.toolchain)
                }
                guard let image, image.id == id else { throw Refusal("the plugin's id changes from call to call") }
                let generation = try activate(image, candidate.file, path: candidate.file.path, history)
                outcomes.append(outcome(generation))
                active = generation
            } catch {
                history.refused(
                    candidate.file.sha256, id: id, version: candidate.version, error, at: environment.clock.now())
                outcomes.append(
                    refuse(
                        candidate.file.path, file: candidate.file, id: id, version: candidate.version,
                        reason: error.reason))
                if let previous = takeBack(id, candidates, history) {
                    active = previous
                    outcomes.append(outcome(previous))
                }
            }
        }
        return outcomes
    }

    /// The generation that was active when the gateway last ran, from the store: the file that should replace it is bad.
    private func takeBack(_ id: String, _ candidates: [Candidate], _ history: GenerationHistory) -> PluginGeneration? {
        guard let record = history.active(id), !candidates.contains(where: { $0.file.sha256 == record.sha256 }) else {
            return nil
        }
        do throws(Refusal) {
            let image = try image(of: record.sha256, lock: nil, toolchain: nil)
            guard image.id == id else { return nil }
            let generation = try activate(image, nil, path: store.path(record.sha256), history)
            environment.log.warning(
                "the plugin's last good generation goes on", ["plugin": id, "sha256": record.sha256])
            return generation
        } catch {
            environment.log.error(
                "the plugin's last good generation can't be used", ["plugin": id, "reason": error.reason])
            return nil
        }
    }

    private func activate(
        _ image: PluginImage, _ file: PluginFile?, path: String, _ history: GenerationHistory
    ) throws(Refusal) -> PluginGeneration {
        let sha256 = file?.sha256 ?? history.active(image.id)?.sha256 ?? ""
        try checkOwners(image)
        if file?.lock?.isolation != .inproc {
            environment.log.warning(
                "a plugin that no plugins.lock allows in process is loaded in process",
                ["plugin": image.id, "file": path, "sha256": sha256])
        }
        let generation = PluginGeneration(
            image: image, number: history.number(of: image.id, sha256: sha256), sha256: sha256, path: path,
            isLocked: file?.lock != nil, loadedAt: environment.clock.now(), environment: environment)
        try generation.start()
        register(generation)
        history.activated(generation)
        environment.log.info(
            "plugin loaded",
            [
                "plugin": image.id, "version": image.version, "generation": String(generation.number), "file": path,
                "sha256": sha256,
            ])
        return generation
    }

    /// Type ids are unique among all loaded plugins: the first one keeps it.
    private func checkOwners(_ image: PluginImage) throws(Refusal) {
        let taken = registry.withLock { registry -> String? in
            for type in image.tileTypes {
                if let owner = registry.tiles[type.id]?.info.pluginID {
                    return "the tile type '\(type.id)' is already provided by the plugin '\(owner)'"
                }
            }
            for type in image.connectorTypes {
                if let owner = registry.connectors[type.id]?.info.pluginID {
                    return "the connector '\(type.id)' is already provided by the plugin '\(owner)'"
                }
            }
            return nil
        }
        // Depends on the other plugin, not on this file.
        if let taken { throw Refusal("\(taken): remove one of the two", isLasting: false) }
    }

    private func outcome(_ generation: PluginGeneration) -> LoadOutcome {
        LoadOutcome(
            path: generation.path, sha256: generation.sha256, pluginID: generation.image.id,
            version: generation.image.version, state: .active)
    }

    private func refuse(
        _ path: String, file: PluginFile? = nil, id: String = "", version: String = "", reason: String
    ) -> LoadOutcome {
        environment.log.error("plugin refused", ["file": path, "plugin": id, "reason": reason])
        let info = PluginInfo(
            id: id, version: version, state: .refused, reason: reason, sha256: file?.sha256 ?? "", toolchain: "",
            path: path, isolation: "inproc", isLocked: file?.lock != nil, generation: 0,
            loadedAt: environment.clock.now(), tileTypes: [], connectorTypes: [], figures: PluginInfo.Figures(),
            generations: [])
        registry.withLock { $0.refused[path] = info }
        return LoadOutcome(
            path: path, sha256: info.sha256, pluginID: id.isEmpty ? nil : id, version: version, state: .refused,
            reason: reason)
    }
}
