import CTessera
import Columns
import Journeys

extension PluginGeneration {
    /// Opens a tile's config.
    func openTile(
        _ tile: PluginImage.TileType, info: TileTypeInfo, config: JSON, schema: BatchSchema?, workspaceID: String,
        journeyID: String
    ) throws(OpenFailure) -> TileInstance {
        try checkQuarantine()
        guard let tiles = image.tiles, let run = tiles.pointee.run else { throw OpenFailure("the plugin has no tiles") }
        let text = config.text
        let opened = opening { () -> (Result<TileInstance, OpenFailure>, isOpen: Bool) in
            var raw: UnsafeMutableRawPointer?
            let call = OpenCall()
            let status = call.run(workspaceID: workspaceID, ownerID: journeyID) { call in
                text.withBorrowed { text in
                    tiles.pointee.open?(tile.table, text, schema?.pointer, call, &raw) ?? -1
                }
            }
            do throws(OpenFailure) {
                try Self.check(status, call, of: tile.id)
                let branches = try Self.branches(of: tile, info, tiles, raw)
                let columns =
                    try NameLists.read("columns") { tiles.pointee.columns?(tile.table, raw, $0) } ?? []
                let instance = TileInstance(
                    type: info, branches: branches, columns: columns, owner: self, table: tile.table, raw: raw, run: run
                )
                return (.success(instance), true)
            } catch {
                if status == 0 { tiles.pointee.close?(tile.table, raw) }
                return (.failure(error), false)
            }
        }
        guard let opened else { throw OpenFailure("the plugin of tile type '\(tile.id)' was retired") }
        return try opened.get()
    }

    /// Opens a destination's config, its secrets replaced by tokens.
    func openConnector(
        _ connector: PluginImage.ConnectorType, info: ConnectorTypeInfo, config: TokenConfig, workspaceID: String,
        destinationID: String
    ) throws(OpenFailure) -> ConnectorInstance {
        try checkQuarantine()
        guard let connectors = image.connectors else { throw OpenFailure("the plugin has no connectors") }
        let text = config.config.text
        let opened = opening { () -> (Result<ConnectorInstance, OpenFailure>, isOpen: Bool) in
            var raw: UnsafeMutableRawPointer?
            let call = OpenCall()
            let status = call.run(workspaceID: workspaceID, ownerID: destinationID) { call in
                text.withBorrowed { text in connectors.pointee.open?(connector.table, text, nil, call, &raw) ?? -1 }
            }
            do throws(OpenFailure) {
                try Self.check(status, call, of: connector.id)
                let columns =
                    try NameLists.read("columns") { connectors.pointee.columns?(connector.table, raw, $0) } ?? []
                let instance = ConnectorInstance(
                    type: info, columns: columns, secrets: config.secrets, origins: config.origins, owner: self,
                    interface: connectors, table: connector.table, raw: raw)
                return (.success(instance), true)
            } catch {
                if status == 0 { connectors.pointee.close?(connector.table, raw) }
                return (.failure(error), false)
            }
        }
        guard let opened else { throw OpenFailure("the plugin of connector '\(connector.id)' was retired") }
        return try opened.get()
    }

    private func checkQuarantine() throws(OpenFailure) {
        guard let reason = quarantineReason else { return }
        throw OpenFailure(PluginQuarantine(pluginID: image.id, reason: reason).description)
    }

    private static func check(_ status: Int32, _ call: OpenCall, of type: String) throws(OpenFailure) {
        if !call.problems.isEmpty { throw OpenFailure(problems: call.problems) }
        if status != 0 { throw OpenFailure("'\(type)' refused the config with status \(status) and gave no reason") }
    }

    private static func branches(
        of tile: PluginImage.TileType, _ info: TileTypeInfo, _ tiles: UnsafePointer<tessera_tile_interface>,
        _ raw: UnsafeMutableRawPointer?
    ) throws(OpenFailure) -> [String] {
        let listed = try NameLists.read("branches") { tiles.pointee.branches?(tile.table, raw, $0) }
        if info.role == .exit {
            guard listed == nil else { throw OpenFailure("the plugin lists branches for an exit, which has none") }
            return []
        }
        var branches = listed ?? ["next"]
        if info.sideEffects {
            guard !branches.contains(TileShape.failedBranch) else {
                throw OpenFailure(
                    "the plugin lists the branch 'failed' itself: the host adds it to types with side effects")
            }
            branches.append(TileShape.failedBranch)
        }
        return branches
    }
}
