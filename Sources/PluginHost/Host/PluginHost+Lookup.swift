import CTessera
import Journeys

extension PluginHost {
    /// Every tile type that a loaded plugin provides, by id.
    public func tileTypes() -> [TileTypeInfo] {
        registry.withLock { $0.present.tiles.values.map(\.info) }
            .sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    /// The tile type of that id; nil when no loaded plugin provides it.
    public func tileType(_ id: String) -> TileTypeInfo? { registry.withLock { $0.present.tiles[id]?.info } }

    /// Every connector type that a loaded plugin provides, by id.
    public func connectorTypes() -> [ConnectorTypeInfo] {
        registry.withLock { $0.present.connectors.values.map(\.info) }
            .sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    /// The connector type of that id; nil when no loaded plugin provides it.
    public func connectorType(_ id: String) -> ConnectorTypeInfo? {
        registry.withLock { $0.present.connectors[id]?.info }
    }

    /// Whether a loaded plugin sends requests: `tessera.transport/1`.
    public var hasTransport: Bool { registry.withLock { $0.present.transport != nil } }

    /// Has the transport send one made-up row to a destination and tell each step. Its plugin does not retire meanwhile.
    /// Blocks until the last step or the call's deadline.
    /// - Returns: 0 when all steps passed; nil when no loaded plugin is a transport.
    public func probe(
        _ destination: UnsafePointer<tessera_destination>?, _ call: UnsafePointer<tessera_probe_call>
    ) -> Int32? {
        while let generation = registry.withLock({ $0.present.transport }) {
            // Counted like an instance.
            guard generation.opening({ ((), isOpen: true) }) != nil else { continue }
            defer { generation.closing {} }
            return generation.image.probe(destination, call)
        }
        return nil
    }

    /// Copies of plugins that are mapped into this process. Mappings stay when a generation has retired.
    public var mappings: Int { store.mappedCount() }
}
