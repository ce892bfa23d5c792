import Platform

/// What is remembered of generations, during one operation of the host.
final class GenerationHistory {
    private(set) var records: [GenerationRecord]
    private let memory: any GenerationMemory
    private let log: Log

    init(_ memory: any GenerationMemory, log: Log) {
        self.memory = memory
        self.log = log
        do {
            records = try memory.records()
        } catch {
            // Plugins load all the same: a gateway without them serves nobody.
            log.error(
                event: "generations_unreadable", "the generations of plugins can't be read", ["reason": "\(error)"])
            records = []
        }
    }

    /// The record that forbids to take a content by itself. What happened last counts: a content that was refused before
    /// its id was known may have been taken since.
    func bar(on sha256: String) -> GenerationRecord? {
        let last = records.filter { $0.sha256 == sha256 }
            .max { ($0.loadedAt, $0.pluginID.isEmpty ? 0 : 1) < ($1.loadedAt, $1.pluginID.isEmpty ? 0 : 1) }
        return last?.state.isBarred == true ? last : nil
    }

    /// What is in use, or was when the gateway last ran.
    func current(_ id: String) -> GenerationRecord? { records.first { $0.pluginID == id && $0.state.isCurrent } }

    /// One content of a plugin id.
    func record(_ id: String, sha256: String) -> GenerationRecord? {
        records.first { $0.pluginID == id && $0.sha256 == sha256 }
    }

    /// The one that was in use before the present one: superseded last.
    func superseded(_ id: String) -> GenerationRecord? {
        records.filter { $0.pluginID == id && $0.state == .superseded }
            .max { ($0.loadedAt, $0.number) < ($1.loadedAt, $1.number) }
    }

    /// The number of a content: its own again, or the next free one.
    func number(of id: String, sha256: String) -> Int {
        if let known = record(id, sha256: sha256)?.number, known > 0 { return known }
        return 1 + (records.filter { $0.pluginID == id }.map(\.number).max() ?? 0)
    }

    /// What is to be remembered when a generation takes the place of the present one.
    /// - Parameter leaving: what becomes of the present one.
    func activation(
        of generation: PluginGeneration, leaving: (state: GenerationState, reason: String)
    ) -> [GenerationRecord] {
        let id = generation.image.id
        var changed: [GenerationRecord] = []
        for var previous in records
        where previous.pluginID == id && previous.state.isCurrent && previous.sha256 != generation.sha256 {
            previous.state = leaving.state
            previous.reason = leaving.reason
            previous.loadedAt = generation.environment.clock.now()
            changed.append(previous)
        }
        let quarantine = generation.quarantineReason
        let state = quarantine == nil ? GenerationState.active : .quarantined
        let before = record(id, sha256: generation.sha256)
        changed.append(
            GenerationRecord(
                pluginID: id, sha256: generation.sha256, version: generation.image.version, state: state,
                reason: quarantine ?? "", isolation: generation.isolation, file: generation.file,
                number: generation.number,
                // A restart changes nothing: it has been in use since then.
                loadedAt: before?.state == state ? before?.loadedAt ?? 0 : generation.environment.clock.now()))
        return changed
    }

    /// What is to be remembered when a plugin is taken out of use.
    func retirement(of generation: PluginGeneration) -> [GenerationRecord] {
        [
            GenerationRecord(
                pluginID: generation.image.id, sha256: generation.sha256, version: generation.image.version,
                state: .retired, isolation: generation.isolation, file: generation.file, number: generation.number,
                loadedAt: generation.environment.clock.now())
        ]
    }

    /// Remembers a refusal that the content itself is to blame for.
    func refused(_ sha256: String, id: String, version: String, file: String, _ refusal: Refusal, at now: Int64) {
        guard refusal.isLasting, bar(on: sha256) == nil, record(id, sha256: sha256)?.state.isCurrent != true else {
            return
        }
        let record = GenerationRecord(
            pluginID: id, sha256: sha256, version: version, state: .refused, reason: refusal.reason, file: file,
            number: number(of: id, sha256: sha256), loadedAt: now)
        do {
            try remember([record])
        } catch {
            log.error(
                event: "generation_not_stored", "a generation of a plugin can't be remembered",
                ["plugin": id, "reason": "\(error)"])
        }
    }

    /// Remembers records, all or none.
    func remember(_ changed: [GenerationRecord]) throws {
        try memory.remember(changed)
        for record in changed {
            records.removeAll { $0.pluginID == record.pluginID && $0.sha256 == record.sha256 }
            records.append(record)
        }
    }
}
