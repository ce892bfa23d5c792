import Journeys
import Store

extension ImportPlan {
    static let live: Set<JourneyStatus> = [.active, .draining, .error]

    func planJourney(_ members: [String: JSON], _ model: Step<ModelRecord>) throws -> Step<JourneyRecord> {
        var members = members
        if members["parent_model_id"] != nil {
            throw APIError.invalid("/parent_model_id", "a file has the name of its model as 'model' instead: remove it")
        }
        guard members["model"]?.stringValue == model.name else {
            throw APIError.invalid("/model", "model must be the name of one under /models: '\(model.name)'")
        }
        members["model"] = nil
        members["parent_model_id"] = .string(model.record.id)
        let parsed = try JourneyParser.create(.object(members), limits: call.rooms.limits.journey)
        try requireTypes(of: parsed)
        let journey = try JourneyFile.replacingReferences(in: parsed, call.rooms.plugins) { text in
            if let step = destinations.first(where: { $0.name.utf8.elementsEqual(text.utf8) }) { return step.record.id }
            if let id = UUIDText.normalized(text) { return id }
            throw APIError.invalid("", "a tile names the destination '\(text)', which is not under /destinations")
        }
        let candidates = try call.rooms.control.read {
            try $0.journeys(workspaceID: call.workspaceID, named: journey.name)
        }
        let same = candidates.first { record in
            journey == JourneyFile.replacingReferences(in: record.journey, call.rooms.plugins, UUIDText.normalized)
        }
        if let same { return Step(name: journey.name, action: .unchanged, record: same) }
        guard var present = try Self.meant(candidates, "journeys", journey.name) else {
            let record = JourneyRecord(
                id: try call.newID(), workspaceID: call.workspaceID, journey: journey, createdBy: call.actor,
                createdAt: now, updatedAt: now)
            return Step(name: journey.name, action: .create, record: record)
        }
        if present.status == .archived {
            throw APIError.invalid(
                "/name", "the journey of this name is archived and can't be changed: delete it, or take another name")
        }
        // It is checked against what it uses, which is not there yet.
        if Self.live.contains(present.status), model.isWritten || destinations.contains(where: \.isWritten) {
            throw APIError.invalid(
                "",
                "the journey is \(present.status.rawValue), and what it uses would change with it: pause it, import, and "
                    + "resume it, which checks it as a whole")
        }
        present.journey = journey
        return Step(name: journey.name, action: .update, record: present)
    }

    /// Where a tile names a destination is told by its type.
    private func requireTypes(of journey: Journey) throws {
        let problems = journey.tiles.enumerated().compactMap { index, tile -> Problem? in
            guard call.rooms.plugins.tileType(tile.type) == nil else { return nil }
            return Problem(
                pointer: "/tiles/\(index)/type", message: "no loaded plugin provides the tile type '\(tile.type)'")
        }
        if !problems.isEmpty { throw APIError.invalid(problems) }
    }
}
