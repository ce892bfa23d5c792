import CTessera
import Journeys

/// What a child found in its plugin's tables: enough for the gateway to make tables of the same content.
struct PluginDescription: Sendable, Hashable {
    struct TileType: Sendable, Hashable {
        var id: String
        var title: String
        var schema: String
        var role: UInt32
        var flags: UInt32
        var maxBatch: UInt32
        var maxInFlight: UInt32
        var timeoutUs: Int64
    }
    struct ConnectorType: Sendable, Hashable {
        var id: String
        var title: String
        var schema: String
        var maxRows: UInt32
    }

    var id: String
    var version: String
    var toolchain: String
    var abiMinor: UInt32
    var tiles: [TileType]
    var connectors: [ConnectorType]
    var hasTransport: Bool
}

extension PluginDescription {
    init(_ image: PluginImage) {
        id = image.id
        version = image.version
        toolchain = image.toolchain
        abiMinor = image.abiMinor
        tiles = image.tileTypes.map { type in
            let table = type.table.pointee
            return TileType(
                id: type.id, title: type.title, schema: type.schema.text, role: table.role, flags: table.flags,
                maxBatch: table.max_batch, maxInFlight: table.max_in_flight, timeoutUs: table.timeout_us)
        }
        connectors = image.connectorTypes.map { type in
            ConnectorType(
                id: type.id, title: type.title, schema: type.schema.text, maxRows: type.table.pointee.max_rows)
        }
        hasTransport = image.hasTransport
    }

    func write(to body: inout WireWriter) {
        for text in [id, version, toolchain] { body.text(text) }
        body.integer(abiMinor)
        body.list(tiles) { body, type in
            for text in [type.id, type.title, type.schema] { body.text(text) }
            for number in [type.role, type.flags, type.maxBatch, type.maxInFlight] { body.integer(number) }
            body.integer(type.timeoutUs)
        }
        body.list(connectors) { body, type in
            for text in [type.id, type.title, type.schema] { body.text(text) }
            body.integer(type.maxRows)
        }
        body.bool(hasTransport)
    }

    init(_ body: inout WireReader) throws(WireError) {
        id = try body.text()
        version = try body.text()
        toolchain = try body.text()
        abiMinor = try body.integer()
        tiles = try body.list { body throws(WireError) in
            TileType(
                id: try body.text(), title: try body.text(), schema: try body.text(), role: try body.integer(),
                flags: try body.integer(), maxBatch: try body.integer(), maxInFlight: try body.integer(),
                timeoutUs: try body.integer())
        }
        connectors = try body.list { body throws(WireError) in
            ConnectorType(
                id: try body.text(), title: try body.text(), schema: try body.text(), maxRows: try body.integer())
        }
        hasTransport = try body.bool()
    }
}
