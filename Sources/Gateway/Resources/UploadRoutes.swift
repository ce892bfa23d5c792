import HTTPServer
import Journeys
import Store
import Warehouse

/// `PUT /sources/{id}/tables/{table}/rows`: rows of the embedded source, streamed.
enum UploadRoutes {
    static func rows(_ call: Call) throws -> any BodyConsumer {
        let source = try SourceRoutes.find(call)
        guard let table = call.text("table") else {
            throw APIError(422, "invalid_upload", "The table's name must be UTF-8")
        }
        let query = try QueryItems(call.head)
        try query.expectOnly(["key", "types", "mode"])
        let mode = try mode(query)
        let types = try types(query)
        let format = try format(call)
        let warehouse = call.rooms.warehouse
        let key = query["key"]
        guard
            let consumer = UploadConsumer(
                call,
                loaded: { result, requestID in
                    var pen = call.pen
                    pen.author.requestID = requestID
                    let noted = AuditChange(
                        .uploaded, .table, table,
                        after: [
                            "source_id": .string(source.id), "mode": .string(mode.rawValue),
                            "rows": .integer(Int64(result.rows)), "inserted": .integer(Int64(result.inserted)),
                            "updated": .integer(Int64(result.updated)), "bad": .integer(Int64(result.bad)),
                        ])
                    try call.rooms.control.write { [pen] in try pen.note(noted, $0) }
                },
                {
                    try warehouse.upload(
                        workspaceID: source.workspaceID, table: table, key: key, declaredTypes: types, mode: mode,
                        format: format)
                })
        else {
            throw APIError(
                503, "overloaded", "Too many uploads are under way: try again in a moment",
                headers: [("Retry-After", "5")])
        }
        return consumer
    }

    private static func mode(_ query: QueryItems) throws -> UploadMode {
        guard let text = query["mode"] else { return .upsert }
        guard let mode = UploadMode(rawValue: text) else {
            throw APIError.query("mode", "must be 'upsert' or 'replace', not '\(text)'")
        }
        return mode
    }

    /// `a:integer,b:string`; a name may hold colons, the last one counts.
    private static func types(_ query: QueryItems) throws -> [(String, ColumnType)] {
        guard let text = query["types"], !text.isEmpty else { return [] }
        return try text.split(separator: ",").map { item in
            guard let colon = item.lastIndex(of: ":"), colon > item.startIndex,
                let type = ColumnType(rawValue: String(item[item.index(after: colon)...]))
            else {
                throw APIError.query(
                    "types",
                    "must read column:type,… with the types \(ColumnType.allCases.map(\.rawValue).joined(separator: ", ")); "
                        + "'\(item)' does not")
            }
            return (String(item[..<colon]), type)
        }
    }

    private static func format(_ call: Call) throws -> UploadFormat {
        try call.expectPlainBody()
        let header = call.head.headers[first: "content-type"] ?? ""
        let type = MediaType(header)
        if type.isCSV { return .csv }
        if type.isNDJSON { return .ndjson }
        throw APIError(
            415, "unsupported_media_type",
            "Content-Type must be text/csv or application/x-ndjson in UTF-8, not '\(header)'")
    }
}
