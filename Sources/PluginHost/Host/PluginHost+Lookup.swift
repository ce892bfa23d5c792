import CTessera
import Journeys

extension PluginHost {
    /// Every tile type that a loaded plugin provides, by id.
    public func tileTypes() -> [TileTypeInfo] {
        registry.withLock { $0.tiles.values.map(\.info) }.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    /// The tile type of that id; nil when no loaded plugin provides it.
    public func tileType(_ id: String) -> TileTypeInfo? { registry.withLock { $0.tiles[id]?.info } }

    /// Every connector type that a loaded plugin provides, by id.
    public func connectorTypes() -> [ConnectorTypeInfo] {
        registry.withLock { $0.connectors.values.map(\.info) }
            .sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    /// The connector type of that id; nil when no loaded plugin provides it.
    public func connectorType(_ id: String) -> ConnectorTypeInfo? { registry.withLock { $0.connectors[id]?.info } }

    /// Who sends requests, `tessera.transport/1`; nil when no loaded plugin does. Static: valid for the life of the process.
    public func transport() -> UnsafePointer<tessera_transport_interface>? {
        registry.withLock { $0.transport?.image.transport }
    }

    /// Loaded plugins by id, then files that were refused, by path.
    public func list() -> [PluginInfo] {
        var records: [GenerationRecord] = []
        do {
            records = try memory.records()
        } catch {
            environment.log.error("the generations of plugins can't be read", ["reason": "\(error)"])
        }
        let (active, refused) = registry.withLock { registry in
            (registry.generations.values.map { info(of: $0, registry) }, Array(registry.refused.values))
        }
        return active.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }.map { with($0, records) }
            + refused.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }.map { with($0, records) }
    }

    private func with(_ info: PluginInfo, _ records: [GenerationRecord]) -> PluginInfo {
        var info = info
        guard !info.id.isEmpty else { return info }
        info.generations = records.filter { $0.pluginID == info.id }
            .sorted { ($0.number, $0.loadedAt) < ($1.number, $1.loadedAt) }
        return info
    }

    private func info(of generation: PluginGeneration, _ registry: Registry) -> PluginInfo {
        let image = generation.image
        return PluginInfo(
            id: image.id, version: image.version, state: .active, reason: "", sha256: generation.sha256,
            toolchain: image.toolchain, path: generation.path, isolation: "inproc", isLocked: generation.isLocked,
            generation: generation.number, loadedAt: generation.loadedAt, tileTypes: image.tileTypes.map(\.id),
            connectorTypes: image.connectorTypes.map(\.id),
            figures: generation.figures.snapshot(instances: generation.openInstances), generations: [])
    }
}
