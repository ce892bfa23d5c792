import HTTPServer
import Journeys
import Store

/// `/journeys/{id}/members`: who is inside, where, and why one stands still.
enum MemberRoutes {
    /// `{"data": […], "next_cursor": "…" | null}`; a page can be short and still have a next one.
    static func list(_ call: Call) throws -> Reply {
        let query = try QueryItems(call.head)
        try query.expectOnly(["status", "tile", "failed", "cursor", "limit"])
        let status = try query["status"].map { text in
            guard let status = Store.MemberStatus(name: text) else {
                throw APIError.query("status", "must be active, completed or exited")
            }
            return status
        }
        let failed = try query.bool("failed")
        let limit = try query.integer("limit", 1...1000) ?? 100
        let cursor = try query["cursor"].map { text in
            guard let key = Cursor.decode(text) else { throw APIError.query("cursor", "is not one that was given out") }
            return key
        }
        guard let (store, journey) = try find(call) else { return page([], next: nil) }
        let tiles = try store.tiles(journey)
        var tile: Int32?
        if let id = query["tile"] {
            tile = tiles.first { $0.id.utf8.elementsEqual(id.utf8) }?.number
            // A tile that nobody has reached has no number yet.
            if tile == nil { return page([], next: nil) }
        }
        let found = try store.members(
            journey, status: status, tiles: tile.map { [$0] }, failed: failed, after: cursor, limit: limit)
        return page((0..<found.rows.count).map { json(found.rows, $0, tiles) }, next: found.next)
    }

    static func get(_ call: Call) throws -> Reply {
        guard let (store, journey) = try find(call), let key = call.text("member").map({ Array($0.utf8) }),
            let history = try store.history(journey, key: key)
        else { throw notFound }
        let tiles = try store.tiles(journey)
        guard case .object(var object) = json(history.rows, 0, tiles, showsExchange: true) else { throw notFound }
        let path = MemberPath(tiles: tiles, pluginIDs: try pluginIDs(call))
        object["path"] = path.json(history.present)
        object["past_entries"] = .array(history.past.map(path.pastJSON))
        return .json(.object(object))
    }

    /// The member leaves as `exited`, reason `removed`.
    static func remove(_ call: Call) throws -> Reply {
        let (store, journey, key, rows) = try member(call)
        let isRemoved = try call.rooms.engine.remove(
            member: key, workspaceID: call.workspaceID, journeyID: call.id("journey"))
        guard isRemoved else {
            let present = try store.member(journey, key: key) ?? rows
            throw APIError(
                409, "wrong_state",
                present.status(0) == .active
                    ? "The member is being sent to a destination now: try again when that has ended"
                    : "The member is \(present.status(0).name): only an active one can be removed")
        }
        try note(.removed, key, from: rows, in: store, journey, call)
        return .status("exited")
    }

    /// `/retry`: tried again at once, under the same key, attempts counted from 1. `/skip`: goes on by the first branch.
    static func remedy(_ remedy: MemberStore.Remedy) -> @Sendable (Call) throws -> Reply {
        { call in
            try call.expectNoBody()
            let (store, journey, key, rows) = try member(call)
            let isDone = try call.rooms.engine.remedy(
                remedy, member: key, workspaceID: call.workspaceID, journeyID: call.id("journey"))
            guard isDone else {
                throw APIError(
                    409, "wrong_state", "The member has not failed: only one that is parked with an error can be helped"
                )
            }
            try note(AuditAction(remedy), key, from: rows, in: store, journey, call)
            guard let rows = try store.member(journey, key: key) else { throw notFound }
            return .json(json(rows, 0, try store.tiles(journey), showsExchange: true))
        }
    }

    /// In the audit log: where it was and why.
    private static func note(
        _ action: AuditAction, _ key: [UInt8], from rows: MemberRows, in store: MemberStore, _ journey: Int32,
        _ call: Call
    ) throws {
        let tiles = try store.tiles(journey)
        var after = try store.member(journey, key: key).map { audited($0, tiles) } ?? [:]
        after["journey_id"] = .string(try call.id("journey"))
        try call.note(
            AuditChange(
                action, .member, String(decoding: key, as: UTF8.self), from: .object(audited(rows, tiles)),
                to: .object(after)))
    }

    /// Of an error only what can hold nothing of the member: a message may repeat what a receiver said of its attributes.
    private static func audited(_ rows: MemberRows, _ tiles: [(number: Int32, id: String)]) -> [String: JSON] {
        var members = json(rows, 0, tiles).objectValue ?? [:]
        if let error = members["error"], !error.isNull {
            members["error"] = ["code": error["code"] ?? .null, "http_status": error["http_status"] ?? .null]
        }
        return members
    }

    private static func member(_ call: Call) throws -> (MemberStore, Int32, key: [UInt8], MemberRows) {
        guard let (store, journey) = try find(call), let key = call.text("member").map({ Array($0.utf8) }),
            let rows = try store.member(journey, key: key)
        else { throw notFound }
        return (store, journey, key, rows)
    }

    private static let notFound = APIError(404, "not_found", "There is no such member in this journey")

    /// The workspace's members and the journey's number among them; nil when nobody ever entered it.
    private static func find(_ call: Call) throws -> (MemberStore, Int32)? {
        let id = try call.id("journey")
        guard try call.rooms.control.read({ try $0.journeyHead(workspaceID: call.workspaceID, id: id) }) != nil else {
            throw APIError.notFound("journey")
        }
        let store = try call.rooms.members.store(call.workspaceID)
        return try store.knownJourneyNumber(id).map { (store, $0) }
    }

    /// The plugins that the tiles are of now, by tile.
    private static func pluginIDs(_ call: Call) throws -> [String: String] {
        let id = try call.id("journey")
        let record = try call.rooms.control.read { try $0.journey(workspaceID: call.workspaceID, id: id) }
        let catalogue = call.rooms.plugins.catalogue()
        return Dictionary(
            (record?.journey.tiles ?? []).compactMap { tile in
                catalogue.tileType(tile.type).map { (tile.id, $0.pluginID) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Of the plugin that moved it last; null when none has.
    private static func generation(_ number: Int32) -> JSON { number > 0 ? .integer(Int64(number)) : .null }

    private static func page(_ members: [JSON], next: [UInt8]?) -> Reply {
        .json(["data": .array(members), "next_cursor": next.map { .string(Cursor.encode($0)) } ?? .null])
    }

    /// - Parameter showsExchange: what was sent and what came back, too: of a single member only.
    private static func json(
        _ rows: MemberRows, _ row: Int, _ tiles: [(number: Int32, id: String)], showsExchange: Bool = false
    ) -> JSON {
        func time(_ value: Int64) -> JSON { value == MemberRows.noTime ? .null : .string(Timestamp.api(value)) }
        let tile = tiles.first { $0.number == rows.tile[row] }?.id
        var members: [String: JSON] = [
            "key": .string(rows.keyString(row)), "status": .string(rows.status(row).name),
            "tile": tile.map { .string($0) } ?? .null, "entry": .integer(Int64(rows.entry[row])),
            "entered_at": time(rows.enteredAt[row]), "arrived_at": time(rows.arrivedAt[row]),
            "left_at": time(rows.leftAt[row]), "reason": rows.reason(row).name.map { .string($0) } ?? .null,
            "failed": .bool(rows.state(row) == .parked), "attempt": .integer(Int64(max(0, rows.attempt[row]))),
        ]
        members["generation"] = generation(rows.generation[row])
        // Only these two states mean a time that is a person's business.
        let isTimed = rows.state(row) == .waiting || rows.state(row) == .retry
        members["waiting_until"] = isTimed ? time(rows.wake[row]) : .null
        members["error"] = rows.error(row).map { error($0, showsExchange: showsExchange) } ?? .null
        return .object(members)
    }
}

extension MemberRoutes {
    fileprivate static func error(_ error: MemberError, showsExchange: Bool) -> JSON {
        var members: [String: JSON] = [
            "code": .string(error.code), "message": .string(error.message),
            "http_status": error.httpStatus.map { .integer(Int64($0)) } ?? .null,
            "destination_id": error.destinationID.map { .string($0) } ?? .null,
            "failed_at": .string(Timestamp.api(error.failedAt)),
        ]
        if showsExchange {
            members["request"] = error.exchange?.request.map { .string($0) } ?? .null
            members["response"] = error.exchange?.response.map { .string($0) } ?? .null
        }
        return .object(members)
    }
}

/// A member's key as an opaque cursor.
enum Cursor {
    static func encode(_ key: [UInt8]) -> String {
        var text = "k"
        for byte in key {
            text += String(byte >> 4, radix: 16)
            text += String(byte & 15, radix: 16)
        }
        return text
    }

    static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.dropFirst()
        guard text.hasPrefix("k"), digits.count % 2 == 0 else { return nil }
        var key: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
            if let first = high {
                key.append(first << 4 | UInt8(value))
                high = nil
            } else {
                high = UInt8(value)
            }
        }
        return key
    }
}
