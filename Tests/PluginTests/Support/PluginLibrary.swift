import CTessera
import Glibc
import Platform
import Testing

/// A plugin's shared object, mapped and started as the gateway does it, but without the gateway: dlopen, the one symbol,
/// the C tables. Each file is loaded once per process and never unloaded.
final class PluginLibrary: @unchecked Sendable {
    let path: String
    let plugin: UnsafePointer<tessera_plugin>
    let host = FakeHost()

    private static let loaded = Monitor<[String: PluginLibrary]>([:])

    /// Where the build puts products: beside the test program.
    static let buildDirectory: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }()

    /// The folder of Package.swift.
    static let packageDirectory = #filePath.upTo("/Tests/PluginTests/")

    /// A plugin that the package builds: "Wait".
    static func shipped(_ name: String) throws -> PluginLibrary { try load(shippedPath(name)) }

    static func shippedPath(_ name: String) -> String { "\(buildDirectory)/lib\(name)Plugin.so" }

    static func load(_ path: String) throws -> PluginLibrary {
        try loaded.withLock { loaded in
            if let library = loaded[path] { return library }
            let library = try PluginLibrary(path)
            loaded[path] = library
            return library
        }
    }

    private init(_ path: String) throws {
        self.path = path
        let handle = try #require(
            dlopen(path, RTLD_NOW | RTLD_LOCAL | 0x1000 /* RTLD_NODELETE */), "\(String(cString: dlerror()))")
        let symbol = try #require(dlsym(handle, "tessera_plugin_v1"))
        let entry = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<tessera_plugin>?).self)
        plugin = try #require(entry())
        let start = try #require(plugin.pointee.start)
        try #require(start(host.table) == 0, "\(host.lines)")
    }

    var id: String { String(cString: plugin.pointee.id) }

    func interface<Table>(_ id: String, as: Table.Type) -> UnsafePointer<Table>? {
        plugin.pointee.interface(id)?.assumingMemoryBound(to: Table.self)
    }

    var tiles: UnsafePointer<tessera_tile_interface>? {
        interface(TESSERA_INTERFACE_TILE, as: tessera_tile_interface.self)
    }

    var connectors: UnsafePointer<tessera_connector_interface>? {
        interface(TESSERA_INTERFACE_CONNECTOR, as: tessera_connector_interface.self)
    }
}

extension String {
    fileprivate func upTo(_ marker: String) -> String {
        guard let range = firstRange(of: marker) else { return self }
        return String(self[..<range.lowerBound])
    }
}
