import CTessera
import Columns
import Journeys

/// An opened connector under test.
final class ConnectorSubject {
    let image: PluginImage
    let type: PluginImage.ConnectorType
    /// Which config it was opened with, for messages.
    let what: String
    /// What stands for the secrets in its config.
    let tokens: [String]
    let instance: UnsafeMutableRawPointer?
    /// The destination's fields; empty: any.
    let fields: [String]

    private init(
        _ image: PluginImage, _ type: PluginImage.ConnectorType, _ what: String, tokens: [String],
        _ instance: UnsafeMutableRawPointer?
    ) throws(OpenFailure) {
        self.image = image
        self.type = type
        self.what = what
        self.tokens = tokens
        self.instance = instance
        fields =
            try NameLists.read("columns") { image.connectors?.pointee.columns?(type.table, instance, $0) } ?? []
    }

    /// Rows per `build` at most.
    var maxRows: Int {
        let own = Int(type.table.pointee.max_rows)
        return own == 0 ? 8192 : min(own, 8192)
    }

    func close() { image.connectors?.pointee.close?(type.table, instance) }

    func build(
        _ schema: UnsafePointer<ArrowSchema>, _ batch: UnsafePointer<ArrowArray>,
        _ call: UnsafePointer<tessera_build_call>
    ) -> Int32 { image.connectors?.pointee.build?(type.table, instance, schema, batch, call) ?? -1 }

    func classify(
        _ request: UnsafePointer<tessera_request>, _ answer: UnsafePointer<tessera_answer>,
        _ call: UnsafePointer<tessera_classify_call>
    ) -> Int32 { image.connectors?.pointee.classify?(type.table, instance, request, answer, call) ?? -1 }

    /// Mapped rows: the reserved columns first, then its fields, or one of each type where it takes any.
    func rows(_ nulls: SampleRows.Nulls = .some, arrivedAt: Int64) -> SampleRows {
        let mapped: [Column] =
            fields.isEmpty
            ? [
                Column(name: "email", type: .string), Column(name: "age", type: .integer),
                Column(name: "score", type: .number), Column(name: "active", type: .boolean),
                Column(name: "born", type: .date), Column(name: "seen_at", type: .timestamp),
                Column(name: "address.city", type: .string), Column(name: "address.geo.lat", type: .number),
                Column(name: "tags", type: .string, isJSON: true), Column(name: "odd \"name\"\\", type: .string),
            ] : fields.map { Column(name: $0, type: .string) }
        return SampleRows(
            columns: SampleRows.columns(["$member", "$key", "$attempt"], types: [:]) + mapped, nulls: nulls,
            arrivedAt: arrivedAt)
    }

    static func attempt(_ image: PluginImage, _ type: PluginImage.ConnectorType, _ config: [UInt8]) -> OpenTry {
        OpenTry(config) { text, call, instance in
            image.connectors?.pointee.open?(type.table, text, nil, call, instance) ?? -1
        }
    }

    /// Opens a config with tokens in place of its secrets; nil when it does not open.
    static func open(
        _ image: PluginImage, _ type: PluginImage.ConnectorType, _ what: String, _ config: JSON
    ) -> ConnectorSubject? {
        guard let tokens = try? TokenConfig(config, marks: type.marks) else { return nil }
        let attempt = attempt(image, type, tokens.config.serialized())
        guard attempt.isOpen, attempt.problems.isEmpty else { return nil }
        return try? ConnectorSubject(image, type, what, tokens: tokens.secrets.map(\.token), attempt.instance)
    }
}

extension CheckSubject {
    /// An opened connector per config that opens, with that config.
    func openConnectors(_ type: PluginImage.ConnectorType) -> [(JSON, ConnectorSubject)] {
        configs(of: type.id, schema: type.schema).compactMap { what, config in
            session.setUp("open with \(what)") {
                ConnectorSubject.open(image, type, what, config).map { (config, $0) }
            }
        }
    }
}
