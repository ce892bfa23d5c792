import CTessera
import Glibc
import Journeys

/// A plugin whose tables were checked: what all else may rely on. Either a shared object that is mapped here, and never
/// unmapped, or one in a process of its own behind tables that look the same.
///
/// Sendable without a check because all it points to is static memory of the plugin, or of `remote`.
final class PluginImage: @unchecked Sendable {
    /// One tile type with its table.
    struct TileType {
        var table: UnsafePointer<tessera_tile_type>
        var id: String
        var title: String
        var role: TileRole
        var schema: JSON
        var marks: SchemaMarks
    }

    /// One connector type with its table.
    struct ConnectorType {
        var table: UnsafePointer<tessera_connector_type>
        var id: String
        var title: String
        var schema: JSON
        var marks: SchemaMarks
    }

    /// Where a plugin's code runs.
    enum Isolation: String, Sendable {
        case inproc, process
    }

    static let entrySymbol = "tessera_plugin_v1"

    /// The plugin's own table; nil when it is in another process.
    private let table: UnsafePointer<tessera_plugin>?
    /// The plugin in its process; nil when it is mapped here.
    let remote: RemotePlugin?
    private let remoteTables: RemoteTables?
    let id: String
    let version: String
    let toolchain: String
    let abiMinor: UInt32
    let tiles: UnsafePointer<tessera_tile_interface>?
    let tileTypes: [TileType]
    let connectors: UnsafePointer<tessera_connector_interface>?
    let connectorTypes: [ConnectorType]
    private let transport: UnsafePointer<tessera_transport_interface>?

    var isolation: Isolation { remote == nil ? .inproc : .process }
    /// It sends requests: `tessera.transport/1`.
    var hasTransport: Bool { remote?.description.hasTransport ?? (transport != nil) }

    /// Maps the file and reads its tables. Its constructors and entry function run: probe a strange file first.
    init(path: String) throws(Refusal) {
        // NODELETE because unmapping a Swift library breaks the process (DESIGN.md 3); NOW so that a missing symbol shows
        // here and not in the middle of a run.
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
            // A library that it needs may be installed later, so this is no lasting verdict on the file.
            throw Refusal("the file can't be loaded: \(Self.loaderError())", isLasting: false)
        }
        guard let symbol = dlsym(handle, Self.entrySymbol) else {
            throw Refusal(Self.missingEntry(exported: nil), isLasting: false)
        }
        let entry = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<tessera_plugin>?).self)
        guard let table = entry() else { throw Refusal("\(Self.entrySymbol) returned null") }
        try TableCheck.size(UnsafeRawPointer(table), of: tessera_plugin.self, named: "tessera_plugin")
        self.table = table
        remote = nil
        remoteTables = nil
        abiMinor = table.pointee.abi_minor
        guard let id = String(table: table.pointee.id, limit: 128), TableCheck.isPluginID(id) else {
            throw Refusal(
                "the plugin's id must be a reverse-domain name such as \"com.example.score\", at most 128 bytes of "
                    + "letters, digits, '-', '_' and dots")
        }
        guard let version = String(table: table.pointee.version, limit: 64), !version.isEmpty else {
            throw Refusal("the plugin's version must be a text of 1 to 64 bytes")
        }
        guard let toolchain = String(table: table.pointee.toolchain, limit: 128) else {
            throw Refusal("the plugin's toolchain must be a text of at most 128 bytes, empty without a Swift runtime")
        }
        guard table.pointee.start != nil, table.pointee.retire != nil, let interface = table.pointee.interface else {
            throw Refusal("tessera_plugin has a null function: start, retire and interface are required")
        }
        self.id = id
        self.version = version
        self.toolchain = toolchain

        tiles = interface(TESSERA_INTERFACE_TILE)?.assumingMemoryBound(to: tessera_tile_interface.self)
        connectors = interface(TESSERA_INTERFACE_CONNECTOR)?
            .assumingMemoryBound(to: tessera_connector_interface.self)
        transport = interface(TESSERA_INTERFACE_TRANSPORT)?
            .assumingMemoryBound(to: tessera_transport_interface.self)
        if let tiles { tileTypes = try TableCheck.tileTypes(tiles, abiMinor: abiMinor) } else { tileTypes = [] }
        if let connectors {
            connectorTypes = try TableCheck.connectorTypes(connectors, abiMinor: abiMinor)
        } else {
            connectorTypes = []
        }
        if let transport { try TableCheck.transport(transport) }
        if connectors == nil, interface(Self.draftConnector) != nil {
            throw Refusal(
                "the plugin offers its connectors as \(Self.draftConnector), which ended: rebuild it with the headers of "
                    + "this gateway, which take \(TESSERA_INTERFACE_CONNECTOR)")
        }
        guard tiles != nil || connectors != nil || transport != nil else {
            throw Refusal(
                "the plugin provides none of \(TESSERA_INTERFACE_TILE), \(TESSERA_INTERFACE_CONNECTOR) and "
                    + "\(TESSERA_INTERFACE_TRANSPORT)")
        }
    }

    /// A plugin in a process of its own. What it says of itself is checked like the tables of a mapped one.
    init(_ remote: RemotePlugin) throws(Refusal) {
        let description = remote.description
        guard TableCheck.isPluginID(description.id), (1...64).contains(description.version.utf8.count),
            description.toolchain.utf8.count <= 128
        else { throw Refusal("the plugin's id, version or toolchain is not as it must be") }
        self.remote = remote
        table = nil
        transport = nil
        id = description.id
        version = description.version
        toolchain = description.toolchain
        abiMinor = description.abiMinor
        let tables = RemoteTables(remote)
        remoteTables = tables
        tiles = tables.tiles
        connectors = tables.connectors
        tileTypes =
            try tables.tiles.map { tiles throws(Refusal) in
                try TableCheck.tileTypes(tiles, abiMinor: description.abiMinor)
            } ?? []
        connectorTypes =
            try tables.connectors.map { connectors throws(Refusal) in
                try TableCheck.connectorTypes(connectors, abiMinor: description.abiMinor)
            } ?? []
    }

    /// The plugin's `start`. [control]
    func start(_ host: UnsafePointer<tessera_host>?) -> Int32 {
        remote?.start(host) ?? table?.pointee.start?(host) ?? -1
    }

    /// The plugin's `retire`. [control]
    func retire() {
        if let remote { remote.retire() } else { table?.pointee.retire?() }
    }

    /// The transport's `probe`. [worker, exclusive]
    func probe(
        _ destination: UnsafePointer<tessera_destination>?, _ call: UnsafePointer<tessera_probe_call>
    ) -> Int32 {
        guard let destination else { return -1 }
        return remote?.probe(destination, call) ?? transport?.pointee.probe?(destination, call) ?? -1
    }

    /// Says why a file without our entry symbol is none of ours.
    /// - Parameter exported: the file's symbols, when known: another major version is named.
    static func missingEntry(exported: [String]?) -> String {
        let majors = (exported ?? []).compactMap { name -> Int? in
            name.hasPrefix("tessera_plugin_v") ? Int(name.dropFirst("tessera_plugin_v".count)) : nil
        }.sorted()
        if let major = majors.last {
            return
                "built for major version \(major) of the plugin ABI (it exports tessera_plugin_v\(major)); this gateway "
                + "speaks version \(TESSERA_ABI_MAJOR): install a build for it"
        }
        return "not a Tessera plugin: it exports no symbol \(entrySymbol)"
    }

    /// The name of the connector interface before it was frozen.
    private static let draftConnector = "tessera.connector.draft/1"

    private static func loaderError() -> String { dlerror().map { String(cString: $0) } ?? "unknown reason" }
}
