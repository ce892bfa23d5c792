import Journeys
import Store

/// The way of a member through the tiles, as the API shows it.
struct MemberPath {
    let tiles: [(number: Int32, id: String)]
    /// Of tiles that are in the journey now: a step that is not over has no plugin recorded.
    let pluginIDs: [String: String]

    /// Null when none was kept.
    func json(_ entry: MemberEntry) -> JSON { entry.path.map { .array($0.map(json)) } ?? .null }

    func pastJSON(_ entry: MemberEntry) -> JSON {
        [
            "entry": .integer(Int64(entry.entry)), "status": .string(entry.status.name),
            "reason": entry.reason.name.map { .string($0) } ?? .null, "entered_at": time(entry.enteredAt),
            "left_at": time(entry.leftAt), "path": json(entry),
        ]
    }

    private func json(_ step: MemberEntry.Step) -> JSON {
        let tile = tiles.first { $0.number == step.tile }?.id
        let plugin = step.generation == 0 ? nil : step.plugin ?? tile.flatMap { pluginIDs[$0] }
        return [
            "tile": tile.map { .string($0) } ?? .null, "arrived_at": time(step.arrivedAt), "left_at": time(step.leftAt),
            "branch": step.branch.map { .string($0) } ?? .null, "attempts": .integer(Int64(step.attempts)),
            "plugin": plugin.map { .string($0) } ?? .null,
            "generation": step.generation == 0 ? .null : .integer(Int64(step.generation)),
        ]
    }

    private func time(_ value: Int64?) -> JSON { value.map { .string(Timestamp.api($0)) } ?? .null }
}
