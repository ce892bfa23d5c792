import CTessera
import Columns
import Journeys

/// Opens a tile or connector with its examples, and with configs that nobody should write.
struct OpenSection {
    let subject: CheckSubject
    private var session: CheckSession { subject.session }

    init(_ subject: CheckSubject) { self.subject = subject }

    func tile(_ type: PluginImage.TileType) {
        let image = subject.image
        let info = TileTypeInfo(type, of: image, generation: 1)
        let configs = subject.configs(of: type.id, schema: type.schema, entry: info)
        for (what, config) in configs {
            session.step("open \(what)") {
                let attempt = TileSubject.attempt(image, type, config.serialized(), schema: nil)
                attempt.judge(what, config: config, session)
                session.check(.exampleOpens, attempt.isOpen, "\(what) does not open: \(attempt.reason)")
                if attempt.isOpen { image.tiles?.pointee.close?(type.table, attempt.instance) }
            }
            session.step("open \(what), ask for branches and columns, close") { names(type, info, what, config) }
            session.step("open \(what) for a model without its columns") {
                let attempt = TileSubject.attempt(
                    image, type, config.serialized(), schema: [Column(name: "unrelated", type: .boolean)])
                attempt.judge("\(what), for a model without its columns,", config: config, session)
                if attempt.isOpen { image.tiles?.pointee.close?(type.table, attempt.instance) }
            }
        }
        bad(type.schema, configs.first?.config) { text in
            let attempt = TileSubject.attempt(image, type, text, schema: nil)
            if attempt.isOpen {
                // What opened is asked and closed as any other: that must hold too.
                var names: UnsafePointer<tessera_str>?
                _ = image.tiles?.pointee.branches?(type.table, attempt.instance, &names)
                _ = image.tiles?.pointee.columns?(type.table, attempt.instance, &names)
                image.tiles?.pointee.close?(type.table, attempt.instance)
            }
            return attempt
        }
    }

    func connector(_ type: PluginImage.ConnectorType) {
        let image = subject.image
        let configs = subject.configs(of: type.id, schema: type.schema)
        func attempt(_ text: [UInt8]) -> OpenTry { ConnectorSubject.attempt(image, type, text) }
        func close(_ attempt: OpenTry) {
            if attempt.isOpen { image.connectors?.pointee.close?(type.table, attempt.instance) }
        }
        for (what, config) in configs {
            session.step("open \(what)") {
                guard let tokens = try? TokenConfig(config, marks: type.marks) else {
                    return session.check(.exampleOpens, false, "a secret in \(what) is no text")
                }
                let attempt = attempt(tokens.config.serialized())
                attempt.judge(what, config: config, session)
                session.check(.exampleOpens, attempt.isOpen, "\(what) does not open: \(attempt.reason)")
                guard attempt.isOpen else { return }
                let columns = image.connectors?.pointee.columns
                check("columns") {
                    try NameLists.read("columns") { columns?(type.table, attempt.instance, $0) } ?? []
                }
                close(attempt)
            }
        }
        bad(type.schema, configs.first?.config) { text in
            let attempt = attempt(text)
            close(attempt)
            return attempt
        }
    }

    private func bad(_ schema: JSON, _ example: JSON?, _ open: (_ text: [UInt8]) -> OpenTry) {
        let cases = BadConfigs(schema: schema, example: example ?? [:]).cases
        for bad in cases {
            session.step("open \(bad.what)") {
                let attempt = open(bad.text)
                attempt.judge(bad.what, config: bad.config, session)
                if let forbidden = bad.forbidden {
                    session.check(
                        .schemaAgrees, !attempt.isOpen, "open took \(bad.what), but \(forbidden)")
                }
            }
        }
        session.fact("\(cases.count) bad configs were tried")
    }

    private func names(_ type: PluginImage.TileType, _ info: TileTypeInfo, _ what: String, _ config: JSON) {
        let image = subject.image
        switch TileSubject.open(image, type, config, types: nil) {
        case .refused: return
        case .broken(let failure): session.check(.names, false, "of \(what), \(failure)")
        case .open(let tile):
            let branches = tile.branches
            session.fact(
                "\(what): branches \(branches.isEmpty ? "none" : branches.joined(separator: ", ")); columns "
                    + (tile.columns.isEmpty ? "none" : tile.columns.joined(separator: ", ")))
            session.check(
                .names, info.role != .exit || branches.isEmpty, "an exit has no branches, but lists \(branches)")
            session.check(
                .names, !info.sideEffects || !branches.contains("failed"),
                "lists the branch 'failed' itself: the host adds it to types with SIDE_EFFECTS")
            let reserved = Set(["$member", "$key", "$attempt", "$arrived_at"])
            for column in tile.columns where column.hasPrefix("$") && !reserved.contains(column) {
                session.check(.names, false, "asks for the column '\(column)': there is no such reserved column")
            }
            check("branches") {
                let again = try NameLists.read("branches") {
                    image.tiles?.pointee.branches?(type.table, tile.instance, $0)
                }
                return again ?? (info.role == .exit ? [] : ["next"])
            } equals: {
                branches
            }
            check("columns") {
                try NameLists.read("columns") { image.tiles?.pointee.columns?(type.table, tile.instance, $0) } ?? []
            } equals: {
                tile.columns
            }
            tile.close()
        }
    }

    private func check(
        _ what: String, _ read: () throws -> [String], equals: (() -> [String])? = nil
    ) {
        do {
            let names = try read()
            session.check(
                .names, equals == nil || equals?() == names, "lists other \(what) when asked again of one instance")
        } catch {
            session.check(.names, false, "\(error)")
        }
    }
}
