import CTessera
import Payload
import TesseraPluginKit

extension BrazeConnector {
    func build(_ batch: Batch, _ call: BuildCall) throws {
        guard let writer = try call.made(of: batch, { try ObjectWriter(self, batch, now: call.now) }) else { return }
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
    let keys: RowKeys
    /// The identifiers that are mapped, and the fields beside them.
    let identifiers: BodyPlan
    let identifierCells: [PayloadCell]
    let fields: BodyPlan
    let fieldCells: [PayloadCell]
    let hasIdentifier: Bool
    /// The field that `identify_by` names; nil for external_id.
    let identity: PayloadCell?
    let scratch = JSONBytes(capacity: 64)
    let time: PayloadCell?
    let now: Int64

    init(_ connector: BrazeConnector, _ batch: Batch, now: Int64) throws {
        self.connector = connector
        self.now = now
        keys = try RowKeys(batch)
        let columns = batch.columns
        let names = Set(columns.map(\.name))
        hasIdentifier = !names.isDisjoint(with: connector.identifiers)
        if connector.identifyBy == .externalID {
            identity = nil
        } else {
            let name = connector.identifyBy.rawValue
            guard let place = columns.firstIndex(where: { $0.name == name }) else {
                throw MappingError(
                    message: "identify_by is \(name), and nothing is mapped to the field '\(name)': map a column to it")
            }
            identity = try PayloadCell(batch, place, columns[place])
        }
        let isEvent = connector.object == .events
        // Objects are put together from two plans: each leaves out what the other has.
        identifiers = try BodyPlan(columns: columns, without: names.subtracting(connector.identifiers))
        identifierCells = try identifiers.cells(of: batch)
        fields = try BodyPlan(columns: columns, without: connector.identifiers.union(isEvent ? ["time"] : []))
        fieldCells = try fields.cells(of: batch)
        let place = isEvent ? columns.firstIndex { $0.name == "time" } : nil
        time = try place.map { try PayloadCell(batch, $0, columns[$0]) }
    }

    func fault(_ row: Int) -> RowError? {
        if keys[row] == nil { return .keyless }
        if let identity, identity.plain(row, scratch)?.isEmpty ?? true {
            let name = connector.identifyBy.rawValue
            return RowError(.badRequest, "field '\(name)' has no value, and it names the user: correct the source")
        }
        let column =
            fields.malformedJSON(in: fieldCells, row: row) ?? identifiers.malformedJSON(in: identifierCells, row: row)
        return column.map(RowError.malformedJSON)
    }

    func write(_ row: Int, to out: JSONBytes) {
        if hasIdentifier {
            identifiers.write(row: row, of: identifierCells, to: out, closes: false)
        } else {
            out.append(#"{"external_id":"#)
            if let member = keys[row]?.member { out.append(string: member) }
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
        if let key = keys[row]?.key { out.append(string: key) }
        out.append("}}")
    }
}
