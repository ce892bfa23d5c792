import Delivery
import HTTPServer
import Journeys
import PluginHost
import Store

/// `/destinations`: where members' data is sent. Secrets come in and never go out.
enum DestinationRoutes {
    static func list(_ call: Call) throws -> Reply {
        let query = try call.listQuery(statuses: ResourceStatus.all)
        return try call.rooms.control.read { reader in
            try .list(reader.destinations(workspaceID: call.workspaceID, query), query) { try json($0, reader) }
        }
    }

    static func get(_ call: Call) throws -> Reply {
        try call.object(.destination, "destination") { reader, id in
            try reader.destination(workspaceID: call.workspaceID, id: id)
                .map { ObjectText(try json($0, reader), etag: $0.etag) }
        }
    }

    static func create(_ call: Call) throws -> Reply {
        let id = try call.newID()
        let input = try DestinationInput.create(call.json(), call)
        return try call.rooms.engine.whilePluginsStay {
            let config = try input.opened(id: id, call)
            let now = call.now
            let destination = DestinationRecord(
                id: id, workspaceID: call.workspaceID, name: input.name, destinationType: input.type.id,
                config: config.open, limits: input.limits, createdBy: call.actor, createdAt: now, updatedAt: now)
            let reply = Reply.json(
                json(destination, masked: config.masked), status: 201, etag: destination.etag,
                location: call.location("destinations/\(id)"))
            let pen = call.pen
            return try call.commit { writer in
                try writer.insertDestination(destination, secrets: config.secrets)
                try pen.note(AuditChange(.created, .destination, id, after: reply.body), writer)
                return reply
            }
        }
    }

    static func update(_ call: Call) throws -> Reply {
        let body = try call.json()
        let (present, secrets) = try DestinationSecrets.find(call)
        try call.head.requireMatch(present.etag)
        let input = try DestinationInput.update(present, secrets, body, call)
        let (updated, masked) = try call.rooms.engine.whilePluginsStay {
            try store(input, in: present, secrets, call)
        }
        // A person has looked after it: what its answers had stopped may go again.
        let (workspaceID, id) = (updated.workspaceID, updated.id)
        call.rooms.delivery.set(DeliveryLimits(updated.limits), workspaceID: workspaceID, destinationID: id)
        call.rooms.delivery.enable(workspaceID: workspaceID, destinationID: id)
        call.rooms.engine.destinationWasChanged(workspaceID: updated.workspaceID)
        return .json(json(updated, masked: masked), etag: updated.etag)
    }

    private static func store(
        _ input: DestinationInput, in present: DestinationRecord, _ secrets: [String: [UInt8]], _ call: Call
    ) throws -> (DestinationRecord, masked: JSON) {
        let config = try input.opened(id: present.id, call)
        var destination = present
        destination.name = input.name
        destination.destinationType = input.type.id
        destination.config = config.open
        destination.limits = input.limits
        destination.status = "connected"
        destination.statusError = ""
        destination.updatedAt = call.now
        var changes = config.secrets.mapValues(SecretChange.set)
        for pointer in secrets.keys where changes[pointer] == nil { changes[pointer] = .clear }
        let (changed, secretChanges, pen) = (destination, changes, call.pen)
        let before = json(present, masked: DestinationSecrets.masked(present.config, secrets.keys.sorted()))
        let renewed = JSON.array(
            Set(secrets.keys).union(config.secrets.keys).filter { secrets[$0] != config.secrets[$0] }.sorted()
                .map { .string($0) })
        let updated = try call.rooms.control.write { writer in
            guard let now = try writer.destination(workspaceID: changed.workspaceID, id: changed.id) else {
                throw APIError.notFound("destination")
            }
            guard now.version == present.version else {
                throw APIError(409, "conflict", "The destination was changed by someone else meanwhile: read it again")
            }
            let updated = try writer.updateDestination(changed, secrets: secretChanges)
            guard case .object(var after) = json(updated, masked: config.masked) else { return updated }
            // Which ones, not what they are: masked they look alike.
            if renewed != [] { after["changed_secrets"] = renewed }
            try pen.note(AuditChange(.updated, .destination, updated.id, from: before, to: .object(after)), writer)
            return updated
        }
        return (updated, config.masked)
    }

    static func delete(_ call: Call) throws -> Reply {
        let id = try call.id("destination")
        let (workspaceID, head, plugins, pen) = (call.workspaceID, call.head, call.rooms.plugins, call.pen)
        _ = try call.rooms.control.write { writer in
            guard let destination = try writer.destination(workspaceID: workspaceID, id: id) else {
                throw APIError.notFound("destination")
            }
            try head.requireMatch(destination.etag)
            try InUse.refuse("destination", InUse.users(ofDestination: id, workspaceID: workspaceID, plugins, writer))
            let before = try json(destination, writer)
            try writer.deleteDestination(workspaceID: workspaceID, id: id)
            try pen.note(AuditChange(.deleted, .destination, id, before: before), writer)
        }
        call.rooms.delivery.remove(workspaceID: workspaceID, destinationID: id)
        return .status("deleted")
    }

    static func json(_ destination: DestinationRecord, _ reader: ControlReader) throws -> JSON {
        let pointers = try reader.destinationSecretPointers(workspaceID: destination.workspaceID, id: destination.id)
        return json(destination, masked: DestinationSecrets.masked(destination.config, pointers))
    }

    private static func json(_ destination: DestinationRecord, masked config: JSON) -> JSON {
        [
            "id": .string(destination.id), "workspace_id": .string(destination.workspaceID),
            "connection_id": destination.connectionID.map { .string($0) } ?? .null,
            "name": .string(destination.name), "destination_type": .string(destination.destinationType),
            "config": config, "limits": DestinationLimits.json(destination.limits),
            "status": .string(destination.status), "status_error": .string(destination.statusError),
            "created_by": .string(destination.createdBy),
            "created_at": .string(Timestamp.api(destination.createdAt)),
            "updated_at": .string(Timestamp.api(destination.updatedAt)),
        ]
    }
}
