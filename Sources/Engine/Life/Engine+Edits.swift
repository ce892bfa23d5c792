import Journeys
import Store

/// What an edit would do to a journey and its members.
public struct EditPreview: Sendable {
    public struct Tile: Sendable, Hashable {
        /// Active ones that are there now.
        public var members: Int
        public var effect: EditEffect
    }

    /// What keeps the journey from being valid as it would be then.
    public var errors: [ValidationError]
    /// All tiles that the journey has, would have, or has members at.
    public var tiles: [String: Tile]

    /// Members for whom `isMeant` is true of their tile's effect.
    public func members(_ isMeant: (EditEffect) -> Bool) -> Int {
        tiles.values.reduce(0) { $0 + (isMeant($1.effect) ? $1.members : 0) }
    }
}

/// Edits of journeys with members inside.
extension Engine {
    /// What `update` with the same change would do at the next run, from counters; nothing is changed.
    /// - Throws: `EngineError` where `update` would, but for a journey that is not valid; and what `change` throws.
    public func previewUpdate(
        workspaceID: String, journeyID: String, isExpected: (JourneyRecord) -> Bool = { _ in true },
        _ change: (Journey) throws -> Journey
    ) throws -> EditPreview {
        let record = try find(workspaceID, journeyID)
        guard isExpected(record) else { throw EngineError.changed }
        _ = try allowed(.update, record)
        let journey = try change(record.journey)
        let errors = try compiler.compile(
            workspaceID: workspaceID, journeyID: journeyID, journey: journey, checksFields: true
        ).errors
        let store = try members.store(workspaceID)
        let stats = try store.knownJourneyNumber(journeyID).map(store.stats)
        let occupied = stats?.tiles.filter { $0.active > 0 }.map(\.tileID) ?? []
        let ids = Set(record.journey.tiles.map(\.id) + journey.tiles.map(\.id) + occupied)
        let rules = try editRules(
            record, now: journey, tiles: ids, worked: workedVersions(record, besides: nil))
        var tiles: [String: EditPreview.Tile] = [:]
        for id in ids {
            tiles[id] = EditPreview.Tile(members: stats?.tile(id).active ?? 0, effect: rules.effect(on: id))
        }
        return EditPreview(errors: errors, tiles: tiles)
    }

    /// What edits since the last completed run mean for the members of a run.
    /// - Parameters:
    ///   - journey: what the run works on.
    ///   - runID: of the run, when it is one of the journey's.
    func edits(
        _ record: JourneyRecord, now journey: Journey, members store: MemberStore, besides runID: String? = nil
    ) throws -> RunEdits {
        var edits = RunEdits()
        let versions = try workedVersions(record, besides: runID)
        if try versions.allSatisfy({ try definition(record, version: $0) == journey }) { return edits }
        guard let number = try store.knownJourneyNumber(record.id) else { return edits }
        let occupied = try store.stats(number).tiles.filter { $0.active > 0 }
        let rules = try editRules(record, now: journey, tiles: Set(occupied.map(\.tileID)), worked: versions)
        for tile in occupied {
            switch rules.effect(on: tile.tileID) {
            case .stay: break
            case .configChanged: edits.changed.insert(tile.tile)
            case .leave: edits.removed[tile.tile] = .some(nil)
            case .skipForward(let id): edits.removed[tile.tile] = journey.tiles.firstIndex { $0.id == id }
            }
        }
        return edits
    }

    private func workedVersions(_ record: JourneyRecord, besides runID: String?) throws -> [Int] {
        try control.read {
            try $0.workedVersions(workspaceID: record.workspaceID, journeyID: record.id, besides: runID)
        }
    }

    /// - Parameter versions: what runs may have worked on (`workedVersions`).
    private func editRules(
        _ record: JourneyRecord, now journey: Journey, tiles: Set<String>, worked versions: [Int]
    ) throws -> EditRules {
        func past(_ version: Int) throws -> EditRules.Past? {
            guard let old = try? definition(record, version: version) else { return nil }
            let ways = compiler.ways(old, workspaceID: record.workspaceID, journeyID: record.id)
            return EditRules.Past(old, ways: ways)
        }
        let worked = try versions.compactMap(past)
        var missing = tiles.subtracting(journey.tiles.map(\.id)).filter { id in
            !worked.contains { $0.tiles[id] != nil }
        }
        // Tiles that were removed before, or came since: the newest version that had them knows where they led.
        var others: [EditRules.Past] = []
        var version = record.version
        while !missing.isEmpty, version > 0 {
            if let old = try? definition(record, version: version),
                old.tiles.contains(where: { missing.contains($0.id) }),
                let past = try past(version)
            {
                others.append(past)
                missing = missing.filter { past.tiles[$0] == nil }
            }
            version -= 1
        }
        return EditRules(now: journey, worked: worked, others: others)
    }
}
