import HTTPServer
import Journeys
import Store

/// `/audit`: who changed what, when and from where, in the workspace of the key; with a server key on the server.
enum AuditRoutes {
    private static let parameters = ["object", "object_id", "action", "actor", "since", "until", "cursor", "limit"]

    /// `{"data": […], "next_cursor": "…" | null}`, newest first; a page can be short and still have a next one.
    static func list(_ call: Call) throws -> Reply {
        let query = try QueryItems(call.head)
        try query.expectOnly(parameters)
        var filter = AuditFilter()
        filter.object = try word("object", query)
        filter.action = try word("action", query)
        filter.objectID = query["object_id"].map { UUIDText.normalized($0) ?? $0 }
        filter.keyID = try query.id("actor")
        filter.since = try query.time("since")
        filter.until = try query.time("until")
        let limit = try query.integer("limit", 1...1000) ?? 100
        let place = try query["cursor"].map { text in
            guard text.hasPrefix("a"), let place = Int64(text.dropFirst()), place > 0 else {
                throw APIError.query("cursor", "is not one that was given out")
            }
            return place
        }
        let (wanted, workspaceID) = (filter, call.principal?.workspaceID)
        let page = try call.rooms.control.read {
            try $0.audit(workspaceID: workspaceID, wanted, before: place, limit: limit)
        }
        return .json([
            "data": .array(try page.entries.map(json)),
            "next_cursor": page.next.map { .string("a\($0)") } ?? .null,
        ])
    }

    private static func word<Word: RawRepresentable & CaseIterable>(_ name: String, _ query: QueryItems) throws -> Word?
    where Word.RawValue == String {
        guard let text = query[name] else { return nil }
        if let word = Word(rawValue: text) { return word }
        throw APIError.query(
            name, "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", ")), not '\(text)'")
    }

    private static func json(_ entry: AuditEntry) throws -> JSON {
        func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
        func document(_ bytes: [UInt8]?) throws -> JSON { try bytes.map { try JSON.parse($0, maxDepth: 512) } ?? .null }
        let author = entry.author
        return [
            "id": .integer(entry.number), "at": .string(Timestamp.api(entry.at)),
            "workspace_id": text(entry.workspaceID),
            "actor": ["id": text(author.keyID), "role": .string(author.role), "name": .string(author.name)],
            "action": .string(entry.change.action.rawValue),
            "object": ["type": .string(entry.change.object.rawValue), "id": text(entry.change.objectID)],
            "address": text(author.peer), "request_id": text(author.requestID),
            "before": try document(entry.change.before), "after": try document(entry.change.after),
        ]
    }
}
