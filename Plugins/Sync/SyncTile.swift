import CTessera
import TesseraPluginKit

/// Sends members to a destination: maps columns to its fields and hands the rows to the transport, which reports what
/// became of them as the answers come.
struct SyncTile: TilePlugin {
    static let type = TileType(
        id: "sync", title: "Sync to a destination", role: .step,
        flags: [.sideEffects, .async, .concurrent, .dryRun], maxInFlight: 4, timeout: 120_000_000, schema: schema)

    private static let schema = #"""
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
         "required": ["destination_id", "field_mapping"], "additionalProperties": false,
         "properties": {
          "destination_id": {"type": "string", "format": "uuid", "title": "Destination", "x-tessera": "destination"},
          "field_mapping": {"type": "array", "title": "Field mapping", "minItems": 1, "maxItems": 1000,
           "description": "What is sent: columns of the model or constants, each under a field of the destination.",
           "x-tessera": "field-mapping",
           "items": {"type": "object", "additionalProperties": false, "required": ["destination_field"],
            "properties": {
             "source_column": {"type": "string", "minLength": 1, "title": "Column", "x-tessera": "column"},
             "value": {"title": "Constant"},
             "destination_field": {"type": "string", "minLength": 1, "title": "Field",
              "description": "Dots nest: address.city"}},
            "oneOf": [{"required": ["source_column"]}, {"required": ["value"]}]}}},
         "examples": [{"destination_id": "880e8400-e29b-41d4-a716-446655440000",
          "field_mapping": [{"value": "tessera", "destination_field": "source"}]}]}
        """#

    let columns: [String]
    private let mapping: FieldMapping

    init(config: ConfigReader, open: OpenCall) {
        mapping = FieldMapping(
            destinationID: Self.destinationID(config), fields: MappingReader(config, open.columns).fields())
        columns = mapping.columns
    }

    func run(_ batch: Batch, _ call: TileCall) throws {
        if batch.count == 0 { return call.done() }
        let rows = try BatchCopy(batch, columns: columns.count)
        try Transport.shared.submit(Job(call: call, mapping: mapping, rows: rows))
    }

    private static func destinationID(_ config: ConfigReader) -> String {
        let wanted = "the id (a UUID) of a destination"
        let text = config.text("destination_id", wanted)
        if text.isEmpty { return text }
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isUUID = parts.map(\.count) == [8, 4, 4, 4, 12] && parts.joined().allSatisfy(isHexDigit)
        if !isUUID { config.problem("destination_id", "destination_id must be \(wanted), not a text of another form") }
        return text.lowercased()
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
