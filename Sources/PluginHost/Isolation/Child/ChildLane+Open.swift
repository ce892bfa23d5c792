import CTessera
import Journeys

extension ChildLane {
    func openTile(_ body: inout WireReader, _ answer: inout WireWriter) throws(WireError) {
        let index = Int(try body.integer(UInt32.self))
        let config = try body.text()
        let workspaceID = try body.text()
        let ownerID = try body.text()
        let schema = try SchemaWire.read(&body)
        guard index < plugin.image.tileTypes.count, let json = try? JSON.parse(config) else {
            throw .broken("there is no such type, or the config is no JSON")
        }
        let type = plugin.image.tileTypes[index]
        let info = TileTypeInfo(type, of: plugin.image, generation: 1)
        do throws(OpenFailure) {
            let tile = try plugin.generation.openTile(
                type, info: info, config: json, schema: schema, workspaceID: workspaceID, journeyID: ownerID)
            // The gateway adds `failed` again.
            let branches = info.sideEffects ? Array(tile.branches.dropLast()) : tile.branches
            opened(plugin.keep(tile), branches: branches.isEmpty ? nil : branches, columns: tile.columns, &answer)
        } catch {
            refused(error, &answer)
        }
    }

    func openConnector(_ body: inout WireReader, _ answer: inout WireWriter) throws(WireError) {
        let index = Int(try body.integer(UInt32.self))
        let config = try body.text()
        let workspaceID = try body.text()
        let ownerID = try body.text()
        guard index < plugin.image.connectorTypes.count, let json = try? JSON.parse(config) else {
            throw .broken("there is no such type, or the config is no JSON")
        }
        let type = plugin.image.connectorTypes[index]
        do throws(OpenFailure) {
            // Tokens stand in it already: there is nothing to replace.
            let connector = try plugin.generation.openConnector(
                type, info: ConnectorTypeInfo(type, of: plugin.image, generation: 1), config: TokenConfig(opened: json),
                workspaceID: workspaceID, destinationID: ownerID)
            opened(plugin.keep(connector), branches: nil, columns: connector.columns, &answer)
        } catch {
            refused(error, &answer)
        }
    }

    private func opened(_ number: UInt64, branches: [String]?, columns: [String], _ answer: inout WireWriter) {
        answer.integer(Int32(0))
        answer.integer(UInt32(0))
        answer.integer(number)
        for names in [branches, columns.isEmpty ? nil : columns] {
            answer.bool(names != nil)
            if let names { answer.list(names) { $0.text($1) } }
        }
    }

    private func refused(_ failure: OpenFailure, _ answer: inout WireWriter) {
        answer.integer(Int32(1))
        answer.list(failure.problems) { answer, problem in
            answer.text(problem.pointer)
            answer.text(problem.message)
        }
        answer.integer(UInt64(0))
        answer.bool(false)
        answer.bool(false)
    }
}
