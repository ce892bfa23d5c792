import Glibc
import Journeys
import Platform

extension PluginHost {
    /// What a look through the plugin directories found, sorted by plugin ids.
    struct Look {
        let findings: PluginFinder.Findings
        let history: GenerationHistory
        /// Files whose plugin id is not known, by path, and files that are being written.
        var outcomes: [String: LoadOutcome] = [:]
        /// Plugin ids with a file, in the order in which they were found.
        var ids: [String] = []
        var byID: [String: [Candidate]] = [:]

        /// The files of a plugin id, the winning one first.
        func candidates(_ id: String) -> [Candidate] { byID[id] ?? [] }
    }

    /// Looks through the plugin directories and inspects what it has not seen before. Under the lock `loading`.
    /// - Parameter patience: how long a file that somebody is writing is waited for, in microseconds of real time.
    func look(patience: Int64) -> Look {
        let finder = PluginFinder(
            directories: configuration.directories, finished: finished, log: environment.log)
        var findings = finder.find(known: files)
        var waited: Int64 = 0
        while !findings.busy.isEmpty, waited < patience {
            usleep(5000)
            waited += 5000
            findings = finder.find(known: files)
        }
        let history = GenerationHistory(memory, log: environment.log)
        inspectTogether(findings.files, history)
        var look = Look(findings: findings, history: history)
        let seen = Set(findings.files.map(\.path) + findings.refused.map(\.path) + findings.busy)
        registry.withLock { state in state.refused = state.refused.filter { seen.contains($0.key) } }
        for (path, refusal) in findings.refused { look.outcomes[path] = refuse(path, nil, refusal) }
        for path in findings.busy {
            look.outcomes[path] = LoadOutcome(
                path: path, sha256: "", pluginID: nil, version: "", state: .busy, reason: "the file is being written")
        }
        var unknown: Set<String> = []
        for file in findings.files {
            do throws(Refusal) {
                let candidate = try inspect(file, history)
                look.byID[candidate.id, default: []].append(candidate)
                if look.byID[candidate.id]?.count == 1 { look.ids.append(candidate.id) }
            } catch {
                unknown.insert(file.name)
                history.refused(
                    file.sha256, id: "", version: "", file: file.name, error, at: environment.clock.now())
                look.outcomes[file.path] = refuse(file.path, file, error)
            }
        }
        // A file that was overwritten with one whose id can't be told is still that plugin's file.
        for record in history.records
        where record.state.isCurrent && look.byID[record.pluginID] == nil && unknown.contains(record.file) {
            look.ids.append(record.pluginID)
        }
        for id in look.ids { look.byID[id]?.sort { $0.file.wins(over: $1.file) } }
        return look
    }

    /// What became of the files of a plugin id.
    func outcomes(of candidates: [Candidate], current: PluginGeneration?, _ look: Look) -> [LoadOutcome] {
        let same = candidates.filter { $0.file.sha256 == current?.sha256 }
        let used = same.first { $0.file.path == current?.path } ?? same.first
        var outcomes = candidates.map { candidate -> LoadOutcome in
            let file = candidate.file
            if file.path == used?.file.path {
                accept(file.path)
                return outcome(of: candidate, .active, "")
            }
            if let refused = registry.withLock({ $0.refused[file.path] }), refused.sha256 == file.sha256 {
                return outcome(of: candidate, .refused, refused.reason)
            }
            if let refusal = candidate.refusal {
                return refuse(file.path, file, id: candidate.id, version: candidate.version, refusal)
            }
            let other = used?.file.path ?? current?.path ?? "another file"
            return outcome(of: candidate, .shadowed, "\(other) is used for the plugin '\(candidate.id)'")
        }
        if let current, used == nil {
            // Its file may have another content by now, which has an outcome of its own.
            let isReplaced = look.findings.files.contains { $0.path == current.path }
            outcomes.append(
                LoadOutcome(
                    path: isReplaced ? store.path(current.sha256) : current.path, sha256: current.sha256,
                    pluginID: current.image.id,
                    version: current.image.version, state: .active))
        }
        return outcomes
    }

    private func outcome(of candidate: Candidate, _ state: LoadOutcome.State, _ reason: String) -> LoadOutcome {
        LoadOutcome(
            path: candidate.file.path, sha256: candidate.file.sha256, pluginID: candidate.id,
            version: candidate.version, state: state, reason: reason)
    }

    /// Notes that a file is not taken; the same reason is logged once.
    @discardableResult
    func refuse(
        _ path: String, _ file: PluginFile?, id: String = "", version: String = "", _ refusal: Refusal
    ) -> LoadOutcome {
        let info = PluginInfo(
            id: id, version: version, refusal: refusal.reason, sha256: file?.sha256 ?? "", path: path,
            isLocked: file?.lock != nil, at: environment.clock.now())
        let before = registry.withLock { $0.refused.updateValue(info, forKey: path) }
        if before?.reason != info.reason || before?.sha256 != info.sha256 {
            environment.log.error(
                event: "plugin_refused", "plugin refused", ["file": path, "plugin": id, "reason": refusal.reason])
        }
        return LoadOutcome(
            path: path, sha256: info.sha256, pluginID: id.isEmpty ? nil : id, version: version, state: .refused,
            reason: refusal.reason)
    }

    /// A file that was refused before is taken after all.
    func accept(_ path: String) { registry.withLock { _ = $0.refused.removeValue(forKey: path) } }
}
