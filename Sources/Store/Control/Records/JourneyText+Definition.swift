import Journeys

/// The part of the object that a client sets: written once a version, read back for the engine.
extension JourneyText {
    /// The members that a client sets, in the contract's order, without the braces of the object around them. Written from
    /// the journey itself: going through `toJSON` and its dictionaries costs several times as much.
    static func definition(of journey: Journey) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        append("\"parent_model_id\":", to: &bytes)
        JSON.write(string: journey.parentModelID, to: &bytes)
        append(",\"name\":", to: &bytes)
        JSON.write(string: journey.name, to: &bytes)
        append(",\"description\":", to: &bytes)
        JSON.write(string: journey.description, to: &bytes)
        append(",\"entry_criteria\":", to: &bytes)
        (journey.entryCriteria ?? .null).write(to: &bytes)
        append(",\"exit_criteria\":", to: &bytes)
        (journey.exitCriteria ?? .null).write(to: &bytes)
        append(",\"tiles\":[", to: &bytes)
        for (index, tile) in journey.tiles.enumerated() {
            append(index == 0 ? "{\"id\":" : ",{\"id\":", to: &bytes)
            JSON.write(string: tile.id, to: &bytes)
            append(",\"type\":", to: &bytes)
            JSON.write(string: tile.type, to: &bytes)
            append(member: "config", tile.givenConfig, to: &bytes)
            append(member: "position", tile.position, to: &bytes)
            append(extra: tile.extra, to: &bytes)
        }
        append("],\"edges\":[", to: &bytes)
        for (index, edge) in journey.edges.enumerated() {
            append(index == 0 ? "{\"from\":" : ",{\"from\":", to: &bytes)
            JSON.write(string: edge.from, to: &bytes)
            append(",\"to\":", to: &bytes)
            JSON.write(string: edge.to, to: &bytes)
            append(member: "branch", edge.branch.map { .string($0) }, to: &bytes)
            append(extra: edge.extra, to: &bytes)
        }
        append("],\"schedule\":", to: &bytes)
        (journey.schedule.map(JSON.string) ?? .null).write(to: &bytes)
        return bytes
    }

    private static func append(member name: StaticString, _ value: JSON?, to bytes: inout [UInt8]) {
        guard let value else { return }
        append(",\"", to: &bytes)
        append(name, to: &bytes)
        append("\":", to: &bytes)
        value.write(to: &bytes)
    }

    /// What an editor added to a tile or an edge, sorted by name, and the end of its object.
    private static func append(extra: [String: JSON], to bytes: inout [UInt8]) {
        for (name, value) in extra.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            bytes.append(UInt8(ascii: ","))
            JSON.write(string: name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            value.write(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// Reads back what `definition(of:)` wrote.
    /// - Throws: `StoreError.corrupt`.
    static func journey(from definition: UnsafeRawBufferPointer, id: String) throws -> Journey {
        var object: [UInt8] = [UInt8(ascii: "{")]
        object.reserveCapacity(definition.count + 2)
        object.append(contentsOf: definition)
        object.append(UInt8(ascii: "}"))
        // Bodies are limited when they come in; what is stored must be readable under any later limit.
        guard let json = try? JSON.parse(object, maxDepth: 512), let journey = Journey(stored: json) else {
            throw StoreError.corrupt("the definition of journey \(id)")
        }
        return journey
    }
}
