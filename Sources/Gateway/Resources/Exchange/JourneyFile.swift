import Journeys
import PluginHost
import Store

/// A journey and what it refers to as one JSON document. Objects have local names in it, made of their names, where a
/// workspace has ids; secrets, rows and times are not in it. The same journey gives the same bytes in every workspace.
enum JourneyFile {
    static let format: JSON = "tessera.journey/1"
    /// The one source that there is: named after its type, since workspaces name it as they like.
    static let embedded = "embedded"
    /// In one file.
    static let mostDestinations = 500

    /// - Throws: 404; 409 when the model or its source is gone, or there are too many destinations.
    static func make(_ journeyID: String, _ call: Call) throws -> JSON {
        let plugins = call.rooms.plugins
        return try call.rooms.control.read { reader in
            guard let record = try reader.journey(workspaceID: call.workspaceID, id: journeyID) else {
                throw APIError.notFound("journey")
            }
            guard let model = try reader.model(workspaceID: call.workspaceID, id: record.journey.parentModelID),
                let source = try reader.source(workspaceID: call.workspaceID, id: model.sourceID)
            else {
                throw APIError(
                    409, "model_gone",
                    "The journey's model or its source was deleted: give the journey another parent_model_id first")
            }
            var names = LocalNames()
            var destinations: [String: JSON] = [:]
            for id in references(in: record.journey, plugins) {
                // A draft may name what is not there (any more): that stays as it is.
                guard let destination = try reader.destination(workspaceID: call.workspaceID, id: id) else { continue }
                if destinations.count == mostDestinations {
                    throw APIError(
                        409, "too_many_destinations",
                        "The journey sends to more than \(mostDestinations) destinations, which is what a file may have: "
                            + "make several journeys of it")
                }
                destinations[names.add(destination.name, for: id)] = json(destination)
            }
            return [
                "format": format,
                "journey": json(record.journey, model: model.name, names, plugins),
                "models": .object([model.name: json(model).adding("source", .string(source.sourceType))]),
                "sources": .object([source.sourceType: ["source_type": .string(source.sourceType)]]),
                "destinations": .object(destinations),
            ]
        }
    }

    // MARK: Parts

    static func json(_ journey: Journey, model: String, _ names: LocalNames, _ plugins: PluginHost) -> JSON {
        var members = replacingReferences(in: journey, plugins) { text in
            UUIDText.normalized(text).flatMap { names.name(of: $0) }
        }.toJSON()
        members["parent_model_id"] = nil
        members["model"] = .string(model)
        return .object(members)
    }

    /// Without its name and its source.
    static func json(_ model: ModelRecord) -> JSON {
        [
            "description": .string(model.description), "sql_query": .string(model.sqlQuery),
            "columns": .array(model.columns.map(json)), "entity_type": .string(model.entityType),
            "primary_key_column": model.primaryKeyColumn.map { .string($0) } ?? .null,
            "timestamp_column": model.timestampColumn.map { .string($0) } ?? .null,
            "model_type": .string(model.modelType),
        ]
    }

    /// Whether a column can be null is said by the source, not by the model.
    private static func json(_ column: Column) -> JSON {
        var members: [String: JSON] = ["name": .string(column.name), "type": .string(column.type.rawValue)]
        if column.isJSON { members["json"] = true }
        return .object(members)
    }

    /// In its config null stands where a secret was: as it is stored.
    static func json(_ destination: DestinationRecord) -> JSON {
        var limits: [String: JSON] = [:]
        limits["requests_per_second"] = destination.limits.requestsPerSecond.map { .number($0) }
        limits["max_in_flight"] = destination.limits.maxInFlight.map { .integer(Int64($0)) }
        limits["deliveries_per_day"] = destination.limits.deliveriesPerDay.map { .integer(Int64($0)) }
        return [
            "name": .string(destination.name), "destination_type": .string(destination.destinationType),
            "config": destination.config, "limits": .object(limits),
        ]
    }

    // MARK: References

    /// The ids of the destinations that tiles name where their type's schema says that one is named, each once, in the
    /// order of the tiles. Of a type that is not loaded nobody can say.
    static func references(in journey: Journey, _ plugins: PluginHost) -> [String] {
        var ids: [String] = []
        var known: Set<String> = []
        _ = replacingReferences(in: journey, plugins) { text in
            if let id = UUIDText.normalized(text), known.insert(id).inserted { ids.append(id) }
            return nil
        }
        return ids
    }

    /// The journey with another text where a tile names a destination; nil from `body` leaves it.
    static func replacingReferences(
        in journey: Journey, _ plugins: PluginHost, _ body: (String) throws -> String?
    ) rethrows -> Journey {
        var journey = journey
        for index in journey.tiles.indices {
            guard let marks = plugins.tileType(journey.tiles[index].type)?.marks else { continue }
            for found in marks.find(.destination, in: journey.tiles[index].config) {
                guard let text = found.value.stringValue, let other = try body(text) else { continue }
                journey.tiles[index].config = journey.tiles[index].config.placing(.string(other), at: found.pointer)
            }
        }
        return journey
    }
}

extension JSON {
    /// An object with one more member.
    fileprivate func adding(_ name: String, _ value: JSON) -> JSON {
        var members = objectValue ?? [:]
        members[name] = value
        return .object(members)
    }
}

/// Names for the ids of a workspace, each once: the second of a name is `name (2)`.
struct LocalNames {
    private var names: [String: String] = [:]
    private var taken: Set<String> = []
    /// By name: what its next one would have. All below are taken.
    private var numbers: [String: Int] = [:]

    mutating func add(_ name: String, for id: String) -> String {
        var local = name
        var number = numbers[name] ?? 2
        while !taken.insert(local).inserted {
            local = "\(name) (\(number))"
            number += 1
        }
        numbers[name] = number
        names[id] = local
        return local
    }

    func name(of id: String) -> String? { names[id] }
}
