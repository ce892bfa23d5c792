import CTessera
import Journeys

/// What the plugin says of itself.
struct TablesSection {
    let session: CheckSession
    let path: String

    func run() {
        let image: PluginImage
        do throws(Refusal) {
            image = try session.setUp("load the file") { () -> Result<PluginImage, Refusal> in
                do throws(Refusal) { return .success(try PluginImage(path: path)) } catch { return .failure(error) }
            }.get()
        } catch {
            return session.check(.tables, false, error.reason)
        }
        session.check(.tables, true, "")
        let plugin = CheckHost.table(path)
        session.data(plan(image))
        tell(image)
        session.step("look for the tables again") {
            session.check(
                .tablesStable, CheckHost.table(path) == plugin,
                "tessera_plugin_v1 returns another table when called again")
            for id in [TESSERA_INTERFACE_TILE, TESSERA_INTERFACE_CONNECTOR, TESSERA_INTERFACE_TRANSPORT] {
                let first = plugin?.pointee.interface?(id)
                session.check(
                    .tablesStable, first == plugin?.pointee.interface?(id),
                    "interface(\"\(id)\") returns another table when called again")
            }
        }
        session.step("ask for an interface that does not exist") {
            for id in ["com.example.no-such-interface/1", "", "tessera.tile/999"] {
                session.check(
                    .unknownInterface, plugin?.pointee.interface?(id) == nil,
                    "interface(\"\(id)\") returns a table: answer null to ids that you don't know")
            }
        }
    }

    private func plan(_ image: PluginImage) -> JSON {
        func ids(_ ids: [String]) -> JSON { .array(ids.map { .string($0) }) }
        return [
            "id": .string(image.id), "version": .string(image.version), "toolchain": .string(image.toolchain),
            "tiles": ids(image.tileTypes.map(\.id)), "connectors": ids(image.connectorTypes.map(\.id)),
        ]
    }

    private func tell(_ image: PluginImage) {
        session.fact("built for ABI \(TESSERA_ABI_MAJOR).\(image.abiMinor)")
        for type in image.tileTypes {
            let info = TileTypeInfo(type, of: image, generation: 1)
            var words = ["\(info.role)"]
            if info.sideEffects { words.append("SIDE_EFFECTS") }
            if info.isAsync { words.append("ASYNC") }
            if info.isConcurrent { words.append("CONCURRENT") }
            if info.supportsDryRun { words.append("DRY_RUN") }
            words.append("at most \(info.maxBatch) rows a batch")
            session.fact("tile \(type.id) \"\(type.title)\": \(words.joined(separator: ", "))")
            tell(type.id, type.schema, type.marks)
        }
        for type in image.connectorTypes {
            session.fact("connector \(type.id) \"\(type.title)\"")
            tell(type.id, type.schema, type.marks)
        }
        if image.hasTransport { session.fact("transport") }
    }

    private func tell(_ id: String, _ schema: JSON, _ marks: SchemaMarks) {
        let kinds = Set(marks.rules.map(\.kind.rawValue)).sorted()
        if !kinds.isEmpty { session.fact("  marks in its schema: \(kinds.joined(separator: ", "))") }
        session.check(
            .examples, schema["examples"]?[0] != nil,
            "the schema of '\(id)' has no examples: the host can't try it before it loads it, and much of this check is "
                + "left out")
    }
}
