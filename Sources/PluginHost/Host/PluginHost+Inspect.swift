import Journeys
import Platform

extension PluginHost {
    /// A file with what is known of it before it is used.
    struct Candidate {
        let file: PluginFile
        let id: String
        let version: String
        /// Nil when it is not known before the file is mapped.
        let toolchain: String?
        /// Why it is not taken.
        let refusal: Refusal?
    }

    /// All that can be told without starting the plugin; with a probe, without mapping it here. A content is inspected
    /// once: what was found out counts until an operator asks.
    ///
    /// - Parameter isAsked: by an operator: what was refused or taken back is looked at afresh.
    /// - Throws: when not even the plugin's id can be told.
    func inspect(_ file: PluginFile, _ history: GenerationHistory, isAsked: Bool = false) throws(Refusal) -> Candidate {
        if isAsked {
            files.forget(file.sha256)
        } else if files.verdict(file.sha256)?.refusal == nil, let bar = history.bar(on: file.sha256) {
            let refusal = Refusal(bar.whatHappened(to: file.name))
            if bar.pluginID.isEmpty { throw refusal }
            return Candidate(
                file: file, id: bar.pluginID, version: bar.version, toolchain: nil, refusal: refusal)
        }
        let verdict = files.verdict(file.sha256) ?? judge(file)
        if verdict.id.isEmpty, let refusal = verdict.refusal { throw refusal }
        return Candidate(
            file: file, id: verdict.id, version: verdict.version, toolchain: verdict.toolchain,
            refusal: verdict.refusal)
    }

    /// Contents that were not inspected before, side by side: one after the other they would be most of a start.
    func inspectTogether(_ found: [PluginFile], _ history: GenerationHistory) {
        var contents: [String: PluginFile] = [:]
        for file in found where files.verdict(file.sha256) == nil && history.bar(on: file.sha256) == nil {
            contents[file.sha256] = file
        }
        // Without a probe they are mapped here, one at a time.
        guard contents.count > 1, configuration.probeCommand != nil else { return }
        // What is not there when the rules are made is closed. Without rules in common each child makes its own.
        try? Files.makeDirectory(store.directory)
        let rules = (try? FileRules(configuration.closedFiles)).flatMap { $0 }
        let waiting = Monitor(Array(contents.values))
        let threads = (0..<min(contents.count, 4)).map { number in
            NativeThread(name: "probe-\(number)") { [self] in
                while let file = waiting.withLock({ $0.popLast() }) { _ = judge(file, rules) }
            }
        }
        for thread in threads { thread.join() }
    }

    private func judge(_ file: PluginFile, _ rules: FileRules? = nil) -> FileMemory.Verdict {
        var verdict = FileMemory.Verdict()
        do throws(Refusal) {
            verdict = try examine(file, rules)
        } catch {
            verdict.refusal = error
        }
        files.judge(file.sha256, verdict)
        return verdict
    }

    private func examine(_ file: PluginFile, _ rules: FileRules?) throws(Refusal) -> FileMemory.Verdict {
        let bytes: [UInt8]
        do {
            bytes = try file.bytes ?? Files.read(file.path)
        } catch {
            throw Refusal("the file can't be read: \(error)", isLasting: false)
        }
        let elf = try ElfFile(bytes)
        if let symbols = elf.exportedSymbols, !symbols.contains(PluginImage.entrySymbol) {
            throw Refusal(PluginImage.missingEntry(exported: symbols), isLasting: false)
        }
        do {
            try store.keep(bytes, sha256: file.sha256)
        } catch {
            throw Refusal("the file can't be copied to the plugin store: \(error)", isLasting: false)
        }
        return try probe(file.sha256, shownAs: file.path, lock: file.lock, rules: rules)
    }

    /// Has a content of the store checked in a process of its own; without a probe, by mapping it.
    /// - Parameter rules: of the configuration's closed files, when there are some already.
    func probe(
        _ sha256: String, shownAs path: String, lock: PluginLock.Entry?, rules: FileRules? = nil
    ) throws(Refusal) -> FileMemory.Verdict {
        guard let command = configuration.probeCommand else {
            let image = try image(of: sha256, lock: lock, toolchain: nil)
            return FileMemory.Verdict(id: image.id, version: image.version)
        }
        var arguments: [String] = []
        let isOurs = configuration.hostProgram.map { command == [$0, "probe"] } == true
        if isOurs {
            let limits = lock?.limits(configuration.limits) ?? configuration.limits
            arguments =
                rules == nil
                ? ConfinementArguments.list(configuration.closedFiles, limits)
                : ConfinementArguments.list(rules: ProbeChild.rulesDescriptor, limits)
        }
        let report = try ProbeChild(command: command + arguments, timeoutUs: configuration.probeTimeoutUs)
            .run(file: store.path(sha256), rules: isOurs ? rules : nil)
        for warning in report.warnings {
            environment.log.warning(
                event: "plugin_probe_warning", "the probe of a plugin warns", ["file": path, "warning": warning])
        }
        return FileMemory.Verdict(
            id: report.id, version: report.version, toolchain: report.toolchain, refusal: report.refusal)
    }
}

extension GenerationRecord {
    /// Why the content is not taken by itself.
    fileprivate func whatHappened(to file: String) -> String {
        let happened =
            switch state {
            case .rolledBack: "this content was rolled back"
            case .retired: "this plugin was retired"
            default: reason
            }
        // What names the call already needs no more.
        let remedy = Refusal.remedy(file)
        return happened.contains(remedy)
            ? happened : "\(happened) (not tried again until the file changes, or by \(remedy))"
    }
}
