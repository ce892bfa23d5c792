import CTessera

extension TileTypeInfo {
    init(_ type: PluginImage.TileType, of image: PluginImage, generation: Int) {
        let table = type.table.pointee
        let isAsync = table.flags & TESSERA_TILE_ASYNC != 0
        let inFlight = table.max_in_flight == 0 ? Self.hostMaxInFlight : Int(table.max_in_flight)
        self.init(
            id: type.id, title: type.title, pluginID: image.id, version: image.version, generation: generation,
            role: type.role, sideEffects: table.flags & TESSERA_TILE_SIDE_EFFECTS != 0, isAsync: isAsync,
            isConcurrent: table.flags & TESSERA_TILE_CONCURRENT != 0,
            supportsDryRun: table.flags & TESSERA_TILE_DRY_RUN != 0,
            maxBatch: table.max_batch == 0 ? Self.hostMaxBatch : Int(table.max_batch),
            maxInFlight: isAsync ? inFlight : 1,
            timeoutUs: table.timeout_us == 0 ? Self.hostTimeoutUs : table.timeout_us, schema: type.schema,
            marks: type.marks)
    }
}

extension ConnectorTypeInfo {
    init(_ type: PluginImage.ConnectorType, of image: PluginImage, generation: Int) {
        let rows = type.table.pointee.max_rows
        self.init(
            id: type.id, title: type.title, pluginID: image.id, version: image.version, generation: generation,
            maxRows: rows == 0 ? nil : Int(rows), schema: type.schema, marks: type.marks)
    }
}
