import CTessera
import CTesseraTest
import Glibc

/// A plugin's shared object, mapped and started as the gateway does it, but without the gateway. Each file is loaded once
/// per process and never unloaded. Any thread.
public final class PluginLibrary: @unchecked Sendable {
    public let path: String
    public let plugin: UnsafePointer<tessera_plugin>
    public let host = FakeHost()

    /// Why a file can't be used.
    public struct LoadError: Error, CustomStringConvertible {
        public let description: String
    }

    /// What was loaded, by its path. The lock is pthread's, which ThreadSanitizer sees in code that it has not built, too.
    private final class Loaded: @unchecked Sendable {
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private var libraries: [String: PluginLibrary] = [:]

        init() { pthread_mutex_init(mutex, nil) }

        deinit {
            pthread_mutex_destroy(mutex)
            mutex.deallocate()
        }

        func library(_ path: String) throws -> PluginLibrary {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            if let library = libraries[path] { return library }
            let library = try PluginLibrary(path)
            libraries[path] = library
            return library
        }
    }
    private static let loaded = Loaded()

    /// Maps and starts the plugin, or gives the one that was loaded from that path before.
    /// - Throws: `LoadError`.
    public static func load(_ path: String) throws -> PluginLibrary { try loaded.library(path) }

    private init(_ path: String) throws {
        self.path = path
        var why = [CChar](repeating: 0, count: 512)
        guard let plugin = tessera_test_map(path, &why, why.count) else {
            let text = String(decoding: why.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw LoadError(description: "\(path): \(text)")
        }
        self.plugin = plugin
        guard plugin.pointee.start(host.table) == 0 else {
            throw LoadError(description: "\(path): start refused: \(host.lines.map(\.message).joined(separator: "; "))")
        }
    }

    public var id: String { String(cString: plugin.pointee.id) }

    /// A table by the interface's id; nil when the plugin has none of it. The type is the caller's claim.
    public func interface<Table>(_ id: String, as: Table.Type) -> UnsafePointer<Table>? {
        plugin.pointee.interface(id)?.assumingMemoryBound(to: Table.self)
    }

    public var tiles: UnsafePointer<tessera_tile_interface>? {
        interface(TESSERA_INTERFACE_TILE, as: tessera_tile_interface.self)
    }

    public var connectors: UnsafePointer<tessera_connector_interface>? {
        interface(TESSERA_INTERFACE_CONNECTOR, as: tessera_connector_interface.self)
    }
}
