import CTessera

/// The C side of connectors: one table whose functions find the Swift type by its id and the instance behind its pointer.
enum ConnectorTable {
    static func interface(_ connectors: [any ConnectorPlugin.Type]) -> tessera_connector_interface {
        let types: [UnsafePointer<tessera_connector_type>?] = connectors.map { Immortal.value(cType($0.type)) }
        return tessera_connector_interface(
            size: UInt32(MemoryLayout<tessera_connector_interface>.size), type_count: UInt32(types.count),
            types: Immortal.list(types),
            open: { type, config, schema, call, instance in
                guard let id = type?.pointee.id, let call, let instance else { return 1 }
                return ConnectorTable.open(id, OpenCall(call, schema: schema), config, instance)
            },
            close: { _, instance in
                if let instance { Unmanaged<ConnectorInstance>.fromOpaque(instance).release() }
            },
            columns: { _, instance, names in
                let columns = ConnectorTable.instance(instance)?.columns
                names?.pointee = columns?.pointer
                return columns?.count ?? 0
            },
            build: { _, instance, schema, array, call in
                guard let instance = ConnectorTable.instance(instance), let schema, let array, let call else {
                    return 1
                }
                return ConnectorTable.guarded("build") {
                    try instance.connector.build(Batch(schema: schema, array: array), BuildCall(call))
                }
            },
            classify: { _, instance, request, answer, call in
                guard let instance = ConnectorTable.instance(instance), let request, let answer, let call else {
                    return 1
                }
                return ConnectorTable.guarded("classify") {
                    try instance.connector.classify(SentRequest(request), Answer(answer), ClassifyCall(call))
                }
            })
    }

    private static func cType(_ type: ConnectorType) -> tessera_connector_type {
        tessera_connector_type(
            size: UInt32(MemoryLayout<tessera_connector_type>.size), max_rows: type.maxRows,
            id: Immortal.text(type.id), title: Immortal.text(type.title), config_schema: Immortal.text(type.schema))
    }

    private static func open(
        _ id: UnsafePointer<CChar>, _ call: OpenCall, _ config: tessera_str,
        _ instance: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> Int32 {
        let id = String(cString: id)
        guard let type = Plugin.current?.connectors.first(where: { $0.type.id == id }) else {
            return call.refuse([ConfigProblem("", "this plugin has no connector of type '\(id)'")])
        }
        switch ConfigReader.open(config, { type.init(config: $0, open: call) }) {
        case .success(let connector):
            instance.pointee = Unmanaged.passRetained(ConnectorInstance(connector)).toOpaque()
            return 0
        case .failure(let refusal):
            return call.refuse(refusal.problems)
        }
    }

    private static func guarded(_ what: String, _ body: () throws -> Void) -> Int32 {
        do {
            try body()
            return 0
        } catch {
            Host.log(.error, "\(what) failed: \(error)")
            return 1
        }
    }

    private static func instance(_ pointer: UnsafeMutableRawPointer?) -> ConnectorInstance? {
        pointer.map { Unmanaged<ConnectorInstance>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// An opened connector with its fields in C form.
private final class ConnectorInstance {
    let connector: any ConnectorPlugin
    let columns: NameList?

    init(_ connector: any ConnectorPlugin) {
        self.connector = connector
        columns = connector.columns.map { NameList($0) }
    }
}
