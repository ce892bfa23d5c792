import Engine
import HTTPServer
import Journeys
import Store

/// `/dead-letters`: parked members of all journeys, with why they failed; tried again, passed on or removed in bulk.
enum DeadLetterRoutes {
    private static let filters = ["journey", "tile", "destination", "code", "since", "until"]

    /// `{"data": […], "next_cursor": "…" | null}`, newest first; a page can be short and still have a next one.
    static func list(_ call: Call) throws -> Reply {
        let query = try QueryItems(call.head)
        try query.expectOnly(filters + ["cursor", "limit"])
        var filter = DeadLetterFilter()
        filter.journeyID = query["journey"].map { UUIDText.normalized($0) ?? $0 }
        filter.tileID = query["tile"]
        filter.destinationID = query["destination"].map { UUIDText.normalized($0) ?? $0 }
        filter.code = query["code"]
        filter.since = try query.time("since")
        filter.until = try query.time("until")
        let limit = try query.integer("limit", 1...1000) ?? 100
        let place = try query["cursor"].map { text in
            guard let place = decoded(text) else { throw APIError.query("cursor", "is not one that was given out") }
            return place
        }
        let page = try call.rooms.members.store(call.workspaceID).deadLetters(filter, after: place, limit: limit)
        return .json([
            "data": .array(page.letters.map(json)), "next_cursor": page.next.map { .string(encoded($0)) } ?? .null,
        ])
    }

    /// Of those that pass the filters in the body: at least one, `"keys"` (of members), or `"all": true`.
    static func remedy(_ remedy: MemberStore.Remedy, _ done: String) -> @Sendable (Call) throws -> Reply {
        { call in
            var fields = BodyFields(try call.json(), known: Set(filters + ["keys", "all"]))
            var filter = DeadLetterFilter()
            filter.journeyID = fields.optional("journey").map { UUIDText.normalized($0) ?? $0 }
            filter.tileID = fields.optional("tile")
            filter.destinationID = fields.optional("destination").map { UUIDText.normalized($0) ?? $0 }
            filter.code = fields.optional("code")
            filter.since = time("since", &fields)
            filter.until = time("until", &fields)
            filter.keys = keys(&fields)
            let isAll = fields["all"] == true
            if let all = fields["all"], all != .bool(true) {
                fields.refuse("/all", "all must be true, or left out")
            }
            let isNarrow = filters.contains { fields[$0].map { !$0.isNull } ?? false } || filter.keys != nil
            if !isAll, !isNarrow {
                fields.refuse(
                    "", "name at least one of \(filters.joined(separator: ", ")) and keys, or say \"all\": true")
            }
            try fields.finish()
            // A part may be done when it throws: the message says how much.
            func note(_ result: [String: JSON]) throws {
                var choice = try call.json().objectValue ?? [:]
                // Up to 10,000 keys of members: how many they were is enough.
                if let keys = filter.keys { choice["keys"] = .integer(Int64(keys.count)) }
                let after = result.merging(["choice": .object(choice)]) { $1 }
                try call.note(AuditChange(AuditAction(remedy), .deadLetters, nil, after: .object(after)))
            }
            do {
                let count = try call.rooms.engine.remedy(remedy, filter, workspaceID: call.workspaceID)
                try note([done: .integer(Int64(count))])
                return .json([done: .integer(Int64(count))])
            } catch EngineError.busy(let message) {
                try note(["error": .string(message)])
                throw EngineError.busy(message)
            }
        }
    }

    private static func keys(_ fields: inout BodyFields) -> Set<[UInt8]>? {
        guard let given = fields["keys"], !given.isNull else { return nil }
        guard case .array(let items) = given, items.count <= 10_000 else {
            fields.refuseShape("/keys", "keys must be an array of at most 10000 members' keys")
            return nil
        }
        var keys: Set<[UInt8]> = []
        for (index, item) in items.enumerated() {
            guard let key = item.stringValue else {
                fields.refuseShape("/keys/\(index)", "a member's key is a string, not \(item.kindName)")
                continue
            }
            keys.insert(Array(key.utf8))
        }
        return keys
    }

    private static func time(_ name: String, _ fields: inout BodyFields) -> Int64? {
        guard let text = fields.optional(name) else { return nil }
        if let time = Timestamp.parse(text) { return time }
        fields.refuse("/" + name, "\(name) must be a time like 2024-01-15T09:30:00Z")
        return nil
    }

    private static func json(_ letter: DeadLetter) -> JSON {
        [
            "journey_id": .string(letter.journeyID), "key": .string(String(decoding: letter.key, as: UTF8.self)),
            "tile": letter.tileID.map { .string($0) } ?? .null,
            "destination_id": letter.destinationID.map { .string($0) } ?? .null,
            "code": .string(letter.code), "message": .string(letter.message),
            "http_status": letter.httpStatus.map { .integer(Int64($0)) } ?? .null,
            "attempts": .integer(Int64(letter.attempts)), "failed_at": .string(Timestamp.api(letter.failedAt)),
            "entry": .integer(Int64(letter.entry)),
        ]
    }

    /// A place as an opaque text.
    private static func encoded(_ cursor: DeadLetterCursor) -> String {
        "\(cursor.failedAt).\(cursor.journey).\(Cursor.encode(cursor.key))"
    }

    private static func decoded(_ text: String) -> DeadLetterCursor? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let failedAt = Int64(parts[0]), let journey = Int32(parts[1]),
            let key = Cursor.decode(String(parts[2]))
        else { return nil }
        return DeadLetterCursor(failedAt: failedAt, journey: journey, key: key)
    }
}

extension AuditAction {
    init(_ remedy: MemberStore.Remedy) {
        self =
            switch remedy {
            case .retry: .retried
            case .skip: .skipped
            case .remove: .removed
            }
    }
}
