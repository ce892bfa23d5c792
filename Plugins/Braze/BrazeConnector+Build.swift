import CTessera
import Payload
import TesseraPluginKit

extension BrazeConnector {
    func build(_ batch: Batch, _ call: BuildCall) throws {
        let writer: ObjectWriter
        do {
            writer = try ObjectWriter(self, batch, now: call.now)
        } catch let error as MappingError {
            var outcomes = call.outcomes(capacity: batch.count)
            outcomes.fail(0..<batch.count, RowError(.badRequest, error.message))
            return
        }
        var refused = call.outcomes()
        var rows: [UInt32] = []
        let body = JSONBytes()
        func send() {
            body.append("]}")
            call.send(Request(url: url, headers: headers, body: Array(body.bytes), rows: rows))
            rows = []
            body.removeAll()
        }
        for row in 0..<batch.count {
            if let error = writer.fault(row) {
                refused.fail(row, error)
                continue
            }
            if rows.isEmpty {
                body.append(object == .events ? #"{"events":["# : #"{"attributes":["#)
            } else {
                body.append(",")
            }
            writer.write(row, to: body)
            rows.append(UInt32(truncatingIfNeeded: row))
            if rows.count == Self.objectsPerRequest { send() }
        }
        if !rows.isEmpty { send() }
    }
}

/// Writes a row as Braze's object of an attribute or event.
private struct ObjectWriter {
    let connector: BrazeConnector
    let members: TextColumn
    let keys: TextColumn
    /// The identifiers that are mapped, and the fields beside them.
    let identifiers: BodyPlan
    let identifierCells: [PayloadCell]
    let fields: BodyPlan
    let fieldCells: [PayloadCell]
    let hasIdentifier: Bool
    let time: PayloadCell?
    let now: Int64

    init(_ connector: BrazeConnector, _ batch: Batch, now: Int64) throws {
        self.connector = connector
        self.now = now
        members = try batch.text("$member")
        keys = try batch.text("$key")
        let columns = batch.columns
        let names = Set(columns.map(\.name))
        hasIdentifier = !names.isDisjoint(with: BrazeConnector.identifiers)
        let isEvent = connector.object == .events
        // Objects are put together from two plans: each leaves out what the other has.
        identifiers = try BodyPlan(columns: columns, without: names.subtracting(BrazeConnector.identifiers))
        identifierCells = try identifiers.cells(of: batch)
        fields = try BodyPlan(columns: columns, without: BrazeConnector.identifiers.union(isEvent ? ["time"] : []))
        fieldCells = try fields.cells(of: batch)
        let place = isEvent ? columns.firstIndex { $0.name == "time" } : nil
        time = try place.map { try PayloadCell(batch, $0, columns[$0]) }
    }

    func fault(_ row: Int) -> RowError? {
        if members[row] == nil || keys[row] == nil {
            return RowError(.misc, "the row came without a member key or an idempotency key")
        }
        let column =
            fields.malformedJSON(in: fieldCells, row: row) ?? identifiers.malformedJSON(in: identifierCells, row: row)
        return column.map { RowError(.eventParsingFailed, "field '\($0)' holds no valid JSON: correct the source") }
    }

    func write(_ row: Int, to out: JSONBytes) {
        if hasIdentifier {
            identifiers.write(row: row, of: identifierCells, to: out, closes: false)
        } else {
            out.append(#"{"external_id":"#)
            if let member = members[row] { out.append(string: member) }
        }
        if connector.updatesExistingOnly { out.append(#","_update_existing_only":true"#) }
        guard connector.object == .events else {
            return fields.write(row: row, of: fieldCells, to: out, continues: true)
        }
        out.append(#","name":"#)
        Array(connector.eventName.utf8).withUnsafeBytes { out.append(string: $0) }
        out.append(#","time":"#)
        if !(time?.write(row, to: out) ?? false) { out.append(timestamp: now) }
        out.append(#","properties":"#)
        fields.write(row: row, of: fieldCells, to: out, closes: false)
        // A receiver of the events can tell one that came twice.
        out.append(fields.isEmpty ? #""tessera_key":"# : #","tessera_key":"#)
        if let key = keys[row] { out.append(string: key) }
        out.append("}}")
    }
}
