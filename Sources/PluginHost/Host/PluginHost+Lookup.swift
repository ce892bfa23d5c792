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

    /// Who sends requests, `tessera.transport/1`; nil when no loaded plugin does. To call it use `withTransport`.
    public func transport() -> UnsafePointer<tessera_transport_interface>? {
        registry.withLock { $0.present.transport?.image.transport }
    }

    /// Calls the transport, whose plugin does not retire meanwhile; nil when no loaded plugin is one.
    public func withTransport<Result>(_ body: (UnsafePointer<tessera_transport_interface>) -> Result) -> Result? {
        while let generation = registry.withLock({ $0.present.transport }), let table = generation.image.transport {
            // Counted like an instance.
            guard generation.opening({ ((), isOpen: true) }) != nil else { continue }
            defer { generation.closing {} }
            return body(table)
        }
        return nil
    }

    /// Copies of plugins that are mapped into this process. Mappings stay when a generation has retired.
    public var mappings: Int { store.mappedCount() }
}
