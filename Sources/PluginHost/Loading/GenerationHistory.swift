import Platform

/// What is remembered of generations, during one load.
final class GenerationHistory {
    private var records: [GenerationRecord]
    private let memory: any GenerationMemory
    private let log: Log

    init(_ memory: any GenerationMemory, log: Log) {
        self.memory = memory
        self.log = log
        do {
            records = try memory.records()
        } catch {
            // Plugins load all the same: a gateway without them serves nobody.
            log.error("the generations of plugins can't be read", ["reason": "\(error)"])
            records = []
        }
    }

    /// The record that forbids to try a content again.
    func refusal(of sha256: String) -> GenerationRecord? {
        records.first {
            $0.sha256 == sha256 && ($0.state == .refused || $0.state == .rolledBack)
        }
    }

    /// What was in use when the gateway last ran.
    func active(_ id: String) -> GenerationRecord? { records.first { $0.pluginID == id && $0.state == .active } }

    /// The number of a content: its own again, or the next free one.
    func number(of id: String, sha256: String) -> Int {
        let own = records.filter { $0.pluginID == id }
        if let known = own.first(where: { $0.sha256 == sha256 })?.number, known > 0 { return known }
        return 1 + (own.map(\.number).max() ?? 0)
    }

    func activated(_ generation: PluginGeneration) {
        let id = generation.image.id
        for var previous in records
        where previous.pluginID == id && previous.state == .active && previous.sha256 != generation.sha256 {
            previous.state = .superseded
            previous.loadedAt = generation.loadedAt
            remember(previous)
        }
        remember(
            GenerationRecord(
                pluginID: id, sha256: generation.sha256, version: generation.image.version, state: .active,
                number: generation.number, loadedAt: generation.loadedAt))
    }

    /// Remembers a refusal that the content itself is to blame for.
    func refused(_ sha256: String, id: String, version: String, _ refusal: Refusal, at now: Int64) {
        guard refusal.isLasting, self.refusal(of: sha256) == nil else { return }
        remember(
            GenerationRecord(
                pluginID: id, sha256: sha256, version: version, state: .refused, reason: refusal.reason,
                number: number(of: id, sha256: sha256),
                loadedAt: now))
    }

    private func remember(_ record: GenerationRecord) {
        records.removeAll { $0.pluginID == record.pluginID && $0.sha256 == record.sha256 }
        records.append(record)
        do {
            try memory.remember(record)
        } catch {
            log.error(
                "a generation of a plugin can't be remembered", ["plugin": record.pluginID, "reason": "\(error)"])
        }
    }
}
