import Journeys

extension PluginHost {
    /// Plugins by id (those that were retired too), then files that were refused, by path. Any thread but a reactor.
    public func list() -> [PluginInfo] {
        var records: [GenerationRecord] = []
        do {
            records = try memory.records()
        } catch {
            environment.log.error(
                event: "generations_unreadable", "the generations of plugins can't be read", ["reason": "\(error)"])
        }
        let (present, loaded, refused) = registry.withLock {
            $0.loaded.shrink()
            return ($0.present.generations, $0.loaded, Array($0.refused.values))
        }
        var plugins = present.values.map { PluginInfo($0) }
        for record in records where record.state == .retired && present[record.pluginID] == nil {
            guard !plugins.contains(where: { $0.id == record.pluginID }) else { continue }
            plugins.append(PluginInfo(gone: record, last: loaded.last { $0.pluginID == record.pluginID }?.generation))
        }
        return
            (plugins.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
            + refused.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) })
            .map { with($0, records, loaded) }
    }

    /// One plugin; a file that was refused only when nothing else has that id. Nil when there is none.
    public func plugin(_ id: String) -> PluginInfo? { list().first { $0.id == id && !id.isEmpty } }

    private func with(
        _ info: PluginInfo, _ records: [GenerationRecord], _ loaded: [LoadedGeneration]
    ) -> PluginInfo {
        var info = info
        guard !info.id.isEmpty else { return info }
        info.generations = records.filter { $0.pluginID == info.id }
            .sorted { ($0.number, $0.loadedAt) < ($1.number, $1.loadedAt) }
            .map { record in
                let mine = loaded.filter { $0.pluginID == record.pluginID && $0.sha256 == record.sha256 }
                var figures = PluginInfo.Figures()
                for generation in mine { figures += generation.snapshot }
                return PluginInfo.Generation(
                    number: record.number, sha256: record.sha256, version: record.version, state: record.state,
                    reason: record.reason, isolation: record.isolation, loadedAt: record.loadedAt,
                    isLive: mine.contains(where: \.isLive), figures: figures)
            }
        return info
    }
}
