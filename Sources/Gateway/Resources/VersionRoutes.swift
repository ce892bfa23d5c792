import Engine
import HTTPServer
import Journeys
import Store

/// `/journeys/{id}/versions`: what a journey was, what changed, and the way back.
enum VersionRoutes {
    /// How many a list without pages has.
    static let shown = 50

    /// Newest first.
    static func list(_ call: Call) throws -> Reply {
        let id = try call.id("journey")
        let query = try QueryItems(call.head)
        try query.expectOnly(["page", "page_size"])
        let page = try query.page()
        return try call.rooms.control.read { reader in
            guard let head = try reader.journeyHead(workspaceID: call.workspaceID, id: id) else {
                throw APIError.notFound("journey")
            }
            let (number, size) = page.map { ($0.number, $0.size) } ?? (1, shown)
            let (skipped, isTooFar) = (number - 1).multipliedReportingOverflow(by: size)
            var items: [JSON] = []
            if !isTooFar, skipped < head.version {
                var newer: JourneyVersionRecord?
                // One more: what the last of them is held against.
                try reader.forEachJourneyVersion(
                    workspaceID: call.workspaceID, id: id, from: head.version - skipped, limit: size + 1
                ) { record in
                    if let newer {
                        items.append(.object(members(newer, after: record.journey, present: head.version)))
                    }
                    newer = record
                }
                if items.count < size, let newer {
                    items.append(.object(members(newer, after: nil, present: head.version)))
                }
            }
            return .list(items, total: head.version, page: page)
        }
    }

    static func get(_ call: Call) throws -> Reply {
        let id = try call.id("journey")
        return try call.rooms.control.read { reader in
            let head = try reader.journeyHead(workspaceID: call.workspaceID, id: id)
            let record = try find("version", call, reader)
            let before = try reader.journeyVersion(workspaceID: call.workspaceID, id: id, version: record.version - 1)
            var object = members(record, after: before?.journey, present: head?.version ?? 0)
            object["definition"] = .object(record.journey.toJSON())
            return .json(.object(object))
        }
    }

    static func compare(_ call: Call) throws -> Reply {
        let (old, new) = try call.rooms.control.read { reader in
            (try find("version", call, reader), try find("other", call, reader))
        }
        let comparison = JourneyComparison(from: old.journey, to: new.journey)
        return .json([
            "from": .integer(Int64(old.version)), "to": .integer(Int64(new.version)),
            "summary": .string(comparison.summary), "fields": .array(comparison.fields.map(json)),
            "tiles": json(comparison.tiles, \.json), "edges": json(comparison.edges, \.json),
        ])
    }

    /// Gives a journey the content of a version again, as its next one: a PUT in all but the body.
    static func restore(_ call: Call) throws -> Reply {
        try call.expectNoBody()
        let record = try call.rooms.control.read { try find("version", call, $0) }
        let definition = JSON.object(record.journey.toJSON())
        return JourneyRoutes.reply(
            try call.rooms.engine.update(
                workspaceID: call.workspaceID, journeyID: call.id("journey"), by: call.actor, signed: call.pen,
                isExpected: { call.head.allowsChange(of: $0.etag) }, JourneyRoutes.edit(definition, call)))
    }

    private static func find(_ name: String, _ call: Call, _ reader: ControlReader) throws -> JourneyVersionRecord {
        let id = try call.id("journey")
        guard try reader.journeyHead(workspaceID: call.workspaceID, id: id) != nil else {
            throw APIError.notFound("journey")
        }
        guard let number = call.text(name).flatMap({ Int($0) }), number > 0, number <= Int(Int32.max),
            let record = try reader.journeyVersion(workspaceID: call.workspaceID, id: id, version: number)
        else { throw APIError(404, "not_found", "There is no such version of this journey") }
        return record
    }

    private static func members(
        _ record: JourneyVersionRecord, after before: Journey?, present: Int
    ) -> [String: JSON] {
        [
            "version": .integer(Int64(record.version)), "is_current": .bool(record.version == present),
            "summary": .string(before.map { JourneyComparison(from: $0, to: record.journey).summary } ?? "created"),
            "created_at": .string(Timestamp.api(record.createdAt)), "created_by": .string(record.createdBy),
            "created_by_name": record.authorName.map { .string($0) } ?? .null,
        ]
    }

    private static func json<Item>(_ items: JourneyComparison.Items<Item>, _ item: (Item) -> JSON) -> JSON {
        [
            "added": .array(items.added.map(item)), "removed": .array(items.removed.map(item)),
            "changed": .array(items.changed.map { ["item": item($0.item), "changes": .array($0.changes.map(json))] }),
            "reordered": .bool(items.isReordered),
        ]
    }

    private static func json(_ change: JourneyComparison.Change) -> JSON {
        var members: [String: JSON] = ["pointer": .string(change.pointer)]
        members["before"] = change.before
        members["after"] = change.after
        return .object(members)
    }
}
