import CTessera
import Columns
import Journeys

/// A schema in the body of a frame: what a tile's `open` gets of the model.
enum SchemaWire {
    static func write(_ schema: UnsafePointer<ArrowSchema>?, to body: inout WireWriter) {
        // Our own schema: that it can't be read does not happen; then the child checks no names.
        guard let schema, let columns = try? BatchView.columns(of: schema) else { return body.bool(false) }
        body.bool(true)
        body.list(columns) { body, column in
            body.text(column.name)
            body.integer(WireBatch.code(of: column.type))
            body.bool(column.nullable)
            body.bool(column.isJSON)
        }
    }

    static func read(_ body: inout WireReader) throws(WireError) -> BatchSchema? {
        guard try body.bool() else { return nil }
        let columns = try body.list { body throws(WireError) in
            let name = try body.text()
            let type = try WireBatch.type(of: body.integer())
            let nullable = try body.bool()
            return Column(name: name, type: type, nullable: nullable, isJSON: try body.bool())
        }
        return BatchSchema(columns: columns)
    }
}
