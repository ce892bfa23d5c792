import CTessera
import Journeys

/// Checks static tables of a plugin before anything relies on them.
enum TableCheck {
    private static let maxTypes = 256
    private static let maxSchemaBytes = 1 << 20
    private static let maxTableSize: UInt32 = 1 << 16

    /// A struct must be at least as long as in ABI 1.0. Longer ones come from newer headers.
    static func size<Table>(_ table: UnsafeRawPointer, of type: Table.Type, named name: String) throws(Refusal) {
        let size = table.load(as: UInt32.self)
        guard size >= UInt32(MemoryLayout<Table>.size), size <= maxTableSize else {
            throw Refusal(
                "the plugin lies about sizes: \(name).size is \(size), ABI 1.0 has \(MemoryLayout<Table>.size) bytes; set "
                    + "it to sizeof(\(name))")
        }
    }

    /// Letters, digits, `-` and `_` between single dots, at least one dot.
    static func isPluginID(_ id: String) -> Bool { isName(id) && id.utf8.contains(UInt8(ascii: ".")) }

    /// `wait`, or `com.example.score`.
    static func isName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return name.utf8.count <= 128
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy {
                        switch $0 {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                            true
                        default: false
                        }
                    }
            }
    }

    static func tileTypes(_ interface: UnsafePointer<tessera_tile_interface>, abiMinor: UInt32) throws(Refusal)
        -> [PluginImage.TileType]
    {
        try size(UnsafeRawPointer(interface), of: tessera_tile_interface.self, named: "tessera_tile_interface")
        let table = interface.pointee
        guard table.open != nil, table.close != nil, table.run != nil else {
            throw Refusal("tessera_tile_interface has a null function: open, close and run are required")
        }
        var types: [PluginImage.TileType] = []
        for (index, pointer) in try pointers(table.types, table.type_count, "tessera_tile_interface").enumerated() {
            try size(UnsafeRawPointer(pointer), of: tessera_tile_type.self, named: "tessera_tile_type")
            let type = pointer.pointee
            let id = try name(type.id, of: "tile type \(index)", taken: types.map(\.id))
            guard let title = String(table: type.title, limit: 256) else {
                throw Refusal("tile type '\(id)' has no title of at most 256 bytes")
            }
            let role: TileRole
            switch type.role {
            case TESSERA_ROLE_ENTRY: role = .entry
            case TESSERA_ROLE_STEP: role = .step
            case TESSERA_ROLE_EXIT: role = .exit
            default: throw Refusal("tile type '\(id)' has the unknown role \(type.role)")
            }
            try checkNumbers(type, id: id, abiMinor: abiMinor)
            let schema = try configSchema(type.config_schema, of: id, strict: abiMinor <= UInt32(TESSERA_ABI_MINOR))
            types.append(
                PluginImage.TileType(
                    table: pointer, id: id, title: title, role: role, schema: schema, marks: SchemaMarks(schema: schema)
                ))
        }
        return types
    }

    static func connectorTypes(_ interface: UnsafePointer<tessera_connector_interface>, abiMinor: UInt32)
        throws(Refusal) -> [PluginImage.ConnectorType]
    {
        let name = "tessera_connector_interface"
        try size(UnsafeRawPointer(interface), of: tessera_connector_interface.self, named: name)
        let table = interface.pointee
        guard table.open != nil, table.close != nil, table.build != nil, table.classify != nil else {
            throw Refusal("\(name) has a null function: open, close, build and classify are required")
        }
        var types: [PluginImage.ConnectorType] = []
        for (index, pointer) in try pointers(table.types, table.type_count, name).enumerated() {
            try size(UnsafeRawPointer(pointer), of: tessera_connector_type.self, named: "tessera_connector_type")
            let type = pointer.pointee
            let id = try self.name(type.id, of: "connector type \(index)", taken: types.map(\.id))
            guard let title = String(table: type.title, limit: 256) else {
                throw Refusal("connector type '\(id)' has no title of at most 256 bytes")
            }
            let schema = try configSchema(type.config_schema, of: id, strict: abiMinor <= UInt32(TESSERA_ABI_MINOR))
            types.append(
                PluginImage.ConnectorType(
                    table: pointer, id: id, title: title, schema: schema, marks: SchemaMarks(schema: schema)))
        }
        return types
    }

    static func transport(_ interface: UnsafePointer<tessera_transport_interface>) throws(Refusal) {
        let name = "tessera_transport_interface"
        try size(UnsafeRawPointer(interface), of: tessera_transport_interface.self, named: name)
        guard interface.pointee.probe != nil else { throw Refusal("\(name) has a null function: probe is required") }
    }

    private static func checkNumbers(_ type: tessera_tile_type, id: String, abiMinor: UInt32) throws(Refusal) {
        let known =
            TESSERA_TILE_SIDE_EFFECTS | TESSERA_TILE_ASYNC | TESSERA_TILE_CONCURRENT | TESSERA_TILE_DRY_RUN
        // A newer header may know more flags; one that claims to be ours can't.
        guard type.flags & ~known == 0 || abiMinor > UInt32(TESSERA_ABI_MINOR) else {
            throw Refusal("tile type '\(id)' has unknown flags \(type.flags & ~known)")
        }
        guard type.max_batch <= 1 << 20 else {
            throw Refusal(
                "tile type '\(id)' has a max_batch of \(type.max_batch): at most 1048576, 0 for the host's choice")
        }
        guard type.max_in_flight <= 1024 else {
            throw Refusal("tile type '\(id)' has a max_in_flight of \(type.max_in_flight): at most 1024")
        }
        guard type.timeout_us >= 0, type.timeout_us <= 86_400_000_000 else {
            throw Refusal("tile type '\(id)' has a timeout_us of \(type.timeout_us): 0 to one day")
        }
    }

    private static func pointers<Type>(
        _ types: UnsafePointer<UnsafePointer<Type>?>?, _ count: UInt32, _ name: String
    ) throws(Refusal) -> [UnsafePointer<Type>] {
        guard count > 0, count <= UInt32(maxTypes), let types else {
            throw Refusal("\(name) lists \(types == nil ? 0 : count) types: 1 to \(maxTypes) are taken")
        }
        var pointers: [UnsafePointer<Type>] = []
        for index in 0..<Int(count) {
            guard let pointer = types[index] else { throw Refusal("\(name).types[\(index)] is null") }
            pointers.append(pointer)
        }
        return pointers
    }

    private static func name(_ text: UnsafePointer<CChar>?, of what: String, taken: [String]) throws(Refusal) -> String
    {
        guard let id = String(table: text, limit: 128), isName(id) else {
            throw Refusal("\(what) has no id of letters, digits, '-', '_' and dots, such as \"com.example.score\"")
        }
        guard !taken.contains(id) else { throw Refusal("the plugin lists the type '\(id)' twice") }
        return id
    }

    private static func configSchema(_ text: UnsafePointer<CChar>?, of id: String, strict: Bool) throws(Refusal) -> JSON
    {
        guard let text = String(table: text, limit: maxSchemaBytes) else {
            throw Refusal("the config schema of '\(id)' is missing, larger than 1 MB or not UTF-8")
        }
        let schema: JSON
        do {
            schema = try JSON.parse(text)
        } catch {
            throw Refusal("the config schema of '\(id)' is \(error.message)")
        }
        guard schema.objectValue != nil else {
            throw Refusal("the config schema of '\(id)' must be a JSON object, not \(schema.kindName)")
        }
        if let type = schema["type"], type != "object" {
            throw Refusal("the config schema of '\(id)' must have \"type\": \"object\": a config is one")
        }
        if let examples = schema["examples"], examples.arrayValue == nil {
            throw Refusal("the config schema of '\(id)' must have an array as \"examples\"")
        }
        if let problem = SchemaMarks.problems(in: schema, strict: strict).first {
            throw Refusal(
                "the config schema of '\(id)' at \(problem.pointer.isEmpty ? "its root" : problem.pointer): "
                    + problem.message)
        }
        return schema
    }
}
