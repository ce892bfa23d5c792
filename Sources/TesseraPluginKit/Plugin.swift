import CTessera
import Synchronization

/// A plugin: who it is and what it brings. Make one, as a global constant, and return its `table` from the entry symbol:
///
///     private let plugin = Plugin(id: "com.example.score", version: "1.4.0", tiles: [ScoreTile.self])
///
///     @c @implementation
///     public func tessera_plugin_v1() -> UnsafePointer<tessera_plugin>? { plugin.table }
///
/// One per shared object: each plugin links its own copy of this kit, and the C functions behind the table find the
/// plugin through a variable of that copy. Any thread.
public final class Plugin: Sendable {
    /// The C table that the entry symbol returns. Lives as long as the process.
    public var table: UnsafePointer<tessera_plugin> { storage.table }

    let tiles: [any TilePlugin.Type]
    let connectors: [any ConnectorPlugin.Type]
    private let interfaces: [String: StaticPointer]
    private let onStart: @Sendable () throws -> Void
    private let onRetire: @Sendable () -> Void
    private let storage: PluginStorage

    /// - Parameters:
    ///   - id: reverse-domain and stable for good: `com.example.score`.
    ///   - version: for people: `1.4.0`.
    ///   - tiles: the types of tiles, their ids unique.
    ///   - connectors: the kinds of destinations, their ids unique.
    ///   - interfaces: static C tables of further interfaces by id, for instance of `tessera.transport/1`. They must live
    ///     as long as the process.
    ///   - start: called once, first, on the control thread, when `Host` can be used already. A thrown error refuses the
    ///     plugin; its description is logged.
    ///   - retire: called once, after the last instance was closed.
    public init(
        id: String, version: String, tiles: [any TilePlugin.Type] = [], connectors: [any ConnectorPlugin.Type] = [],
        interfaces: [String: StaticPointer] = [:], start: @escaping @Sendable () throws -> Void = {},
        retire: @escaping @Sendable () -> Void = {}
    ) {
        self.tiles = tiles
        self.connectors = connectors
        self.interfaces = interfaces
        onStart = start
        onRetire = retire
        storage = PluginStorage(id: id, version: version, tiles: tiles, connectors: connectors)
        Plugin.loaded.store(Unmanaged.passRetained(self), ordering: .releasing)
    }

    /// The plugin of this shared object; nil before it was made.
    static var current: Plugin? { loaded.load(ordering: .acquiring)?.takeUnretainedValue() }

    private static let loaded = Atomic<Unmanaged<Plugin>?>(nil)

    func interface(_ id: String) -> UnsafeRawPointer? {
        if id == TESSERA_INTERFACE_TILE, !tiles.isEmpty { return UnsafeRawPointer(storage.tiles) }
        if id == TESSERA_INTERFACE_CONNECTOR, !connectors.isEmpty { return UnsafeRawPointer(storage.connectors) }
        return interfaces[id]?.pointer
    }

    func start(_ host: UnsafePointer<tessera_host>) -> Int32 {
        Host.set(host)
        do {
            try onStart()
            return 0
        } catch {
            Host.log(.error, "start failed: \(error)")
            return 1
        }
    }

    func retire() {
        onRetire()
        Host.set(nil)
    }
}

/// A pointer to memory that is written once and lives as long as the process: safe to share.
public struct StaticPointer: @unchecked Sendable {
    public let pointer: UnsafeRawPointer

    public init(_ pointer: UnsafeRawPointer) { self.pointer = pointer }
}
