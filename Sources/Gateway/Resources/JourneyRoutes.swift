import Engine
import HTTPServer
import Journeys
import Store

/// `/journeys`: the orchestrations themselves.
enum JourneyRoutes {
    private static let statuses = JourneyStatus.allCases.map(\.rawValue)

    static func list(_ call: Call) throws -> Reply {
        let query = try call.listQuery(statuses: statuses)
        if call.rooms.engine.hasStalls {
            let found = try call.rooms.engine.shownJourneys(workspaceID: call.workspaceID, query)
            let texts = found.items.map(\.json)
            return .list(
                [UInt8(ascii: "[")] + texts.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")],
                total: found.total, next: found.next, query)
        }
        let (array, total, next) = try call.rooms.control.read {
            try $0.journeysJSON(workspaceID: call.workspaceID, query)
        }
        return .list(array, total: total, next: next, query)
    }

    /// The hot path: stored text, joined on the reactor.
    static func get(_ call: Call) throws -> Reply {
        if call.rooms.engine.hasStalls { return try getShown(call) }
        return try call.object(.journey, "journey") { reader, id in
            try reader.journeyJSON(workspaceID: call.workspaceID, journeyID: id).map(ObjectText.init)
        }
    }

    /// While runs stand still.
    private static func getShown(_ call: Call) throws -> Reply {
        let id = try call.id("journey")
        let record = try call.rooms.control.read { try $0.journey(workspaceID: call.workspaceID, id: id) }
        guard let record else { throw APIError.notFound("journey") }
        return reply(call.rooms.engine.shown(record))
    }

    static func create(_ call: Call) throws -> PreparedWrite {
        let journey = try JourneyParser.create(call.json(), limits: call.rooms.limits.journey)
        try requireModel(journey, call)
        let now = call.now
        let record = JourneyRecord(
            id: try call.newID(), workspaceID: call.workspaceID, journey: journey, createdBy: call.actor,
            createdAt: now, updatedAt: now)
        let reply = Reply(
            status: 201, body: record.json, etag: record.etag, location: call.location("journeys/\(record.id)"))
        let pen = call.pen
        return { writer in
            try writer.insertJourney(record)
            try pen.note(AuditChange(.created, .journey, record.id, after: reply.body), writer)
            return reply
        }
    }

    static func update(_ call: Call) throws -> Reply {
        let record = try call.rooms.engine.update(
            workspaceID: call.workspaceID, journeyID: call.id("journey"), by: call.actor, signed: call.pen,
            isExpected: { call.head.allowsChange(of: $0.etag) }, edit(call.json(), call))
        return reply(record)
    }

    /// What `update` with the same body would do, without doing it.
    static func previewUpdate(_ call: Call) throws -> Reply {
        let preview = try call.rooms.engine.previewUpdate(
            workspaceID: call.workspaceID, journeyID: call.id("journey"),
            isExpected: { call.head.allowsChange(of: $0.etag) }, edit(call.json(), call))
        let skipping = preview.members { if case .skipForward = $0 { true } else { false } }
        return .json([
            "valid": .bool(preview.errors.isEmpty),
            "errors": .array(preview.errors.map { .string($0.message) }),
            "tiles": .object(preview.tiles.mapValues(json)),
            "totals": [
                "stay": .integer(Int64(preview.members { $0 == .stay || $0 == .configChanged })),
                "skip_forward": .integer(Int64(skipping)),
                "leave": .integer(Int64(preview.members { $0 == .leave })),
            ],
        ])
    }

    private static func json(_ tile: EditPreview.Tile) -> JSON {
        var target: JSON = .null
        let effect: String
        switch tile.effect {
        case .stay: effect = "stay"
        case .configChanged: effect = "config_changed"
        case .leave: effect = "leave"
        case .skipForward(let id):
            effect = "skip_forward"
            target = .string(id)
        }
        return ["members": .integer(Int64(tile.members)), "effect": .string(effect), "to": target]
    }

    /// What a body makes of the journey that there is.
    static func edit(_ json: JSON, _ call: Call) -> (Journey) throws -> Journey {
        { present in
            let journey = try JourneyParser.update(present, with: json, limits: call.rooms.limits.journey)
            try requireModel(journey, call)
            return journey
        }
    }

    static func delete(_ call: Call) throws -> Reply {
        try call.rooms.engine.delete(
            workspaceID: call.workspaceID, journeyID: call.id("journey"), signed: call.pen,
            isExpected: { call.head.allowsChange(of: $0.etag) })
        return .status("deleted")
    }

    static func validate(_ call: Call) throws -> Reply {
        try call.expectNoBody()
        let errors = try call.rooms.engine.validate(workspaceID: call.workspaceID, journeyID: call.id("journey"))
        return .json(["valid": .bool(errors.isEmpty), "errors": .array(errors.map { .string($0.message) })])
    }

    /// Activate, pause, resume, drain, archive.
    static func change(_ change: JourneyCall) -> @Sendable (Call) throws -> Reply {
        { call in
            try call.expectNoBody()
            return reply(
                try call.rooms.engine.change(
                    change, workspaceID: call.workspaceID, journeyID: call.id("journey"), signed: call.pen))
        }
    }

    /// Every tile of the journey is listed, and those that it had and where members ended.
    static func stats(_ call: Call) throws -> Reply {
        let (record, stats) = try call.rooms.engine.stats(
            workspaceID: call.workspaceID, journeyID: call.id("journey"))
        var tiles: [String: JSON] = [:]
        for id in record.journey.tiles.map(\.id) + (stats?.tiles ?? []).map(\.tileID) where !id.isEmpty {
            tiles[id] = json(stats?.tile(id))
        }
        let total = stats?.total
        return .json([
            "tiles": .object(tiles),
            "total": [
                "active": .integer(Int64(total?.active ?? 0)), "completed": .integer(Int64(total?.completed ?? 0)),
                "exited": .integer(Int64(total?.exited ?? 0)),
            ],
        ])
    }

    /// All zero when nobody has entered yet.
    private static func json(_ tile: TileStats?) -> JSON {
        var branches: [String: JSON] = [:]
        for branch in tile?.branches ?? [] { branches[branch.name] = .integer(Int64(branch.count)) }
        return [
            "active": .integer(Int64(tile?.active ?? 0)), "completed": .integer(Int64(tile?.completed ?? 0)),
            "exited": .integer(Int64(tile?.exited ?? 0)), "failed": .integer(Int64(tile?.failed ?? 0)),
            "entered": .integer(Int64(tile?.entered ?? 0)), "branches": .object(branches),
        ]
    }

    static func reply(_ record: JourneyRecord) -> Reply { Reply(body: record.json, etag: record.etag) }

    private static func requireModel(_ journey: Journey, _ call: Call) throws {
        let model = try call.rooms.control.read {
            try $0.model(workspaceID: call.workspaceID, id: journey.parentModelID)
        }
        guard model == nil else { return }
        throw APIError.invalid(
            "/parent_model_id",
            "parent_model_id names no model of this workspace: create the model first, or take the id of another one")
    }
}
