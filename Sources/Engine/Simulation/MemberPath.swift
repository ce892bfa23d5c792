import Journeys
import Store

/// One member's way through a simulation: each tile, when, by which branch, and why.
struct MemberPath {
    /// A stay at a tile.
    private struct Step {
        var tile: String
        var members: [String: JSON]
    }

    private var steps: [Step] = []
    private var isInside = false
    private(set) var status: MemberStatus?
    private var reason: ExitReason = .none
    private var endedAt: Int64?
    /// What was decided about the member outside of tiles, in order: that it enters, that it does not, that it leaves.
    private var decisions: [JSON] = []

    mutating func arrived(_ node: JourneyPlan.TileNode, entry: Int32, at time: Int64) {
        begin(node, arrivedAt: time)
        steps[steps.count - 1].members["entry"] = .integer(Int64(entry))
        (status, reason, endedAt) = (.active, .none, nil)
    }

    /// Why a tile decides as it does.
    mutating func explained(_ node: JourneyPlan.TileNode, _ json: JSON) {
        // A tile is asked before it is known to leave: the member may stand there since before the beginning.
        if !isInside || !isLast(node) { begin(node, arrivedAt: nil) }
        steps[steps.count - 1].members["reason"] = json
    }

    mutating func left(
        _ node: JourneyPlan.TileNode, branch: String, arrivedAt: Int64, at time: Int64,
        delivery: SimulatedDelivery?, error: MemberError?, isAssumed: Bool
    ) {
        stand(node, since: arrivedAt)
        note(["left_at": .string(Timestamp.api(time)), "branch": .string(branch)])
        if let delivery { note(["delivery": delivery.json]) }
        if let error { note(["error": Self.json(error)]) }
        if isAssumed { note(["assumed": true]) }
        isInside = false
    }

    mutating func stopped(
        _ node: JourneyPlan.TileNode?, status: MemberStatus, state: MemberState, wake: Int64, reason: ExitReason,
        error: MemberError?, arrivedAt: Int64, at time: Int64
    ) {
        self.status = status
        guard status == .active else {
            if let node, isInside, isLast(node) { note(["left_at": .string(Timestamp.api(time))]) }
            self.reason = reason
            endedAt = time
            isInside = false
            return
        }
        guard let node else { return }
        stand(node, since: arrivedAt)
        switch state {
        case .waiting: note(["waits_until": .string(Timestamp.api(wake))])
        case .retry:
            note(["tried_again_at": .string(Timestamp.api(wake))])
            if let error { note(["error": Self.json(error)]) }
        case .parked: note(["error": error.map(Self.json) ?? .null])
        case .none, .arrived: break
        }
    }

    /// Notes what a criterion has said, when it is not what it said before.
    mutating func decided(_ what: String, _ explanation: JSON, at time: Int64) {
        if let last = decisions.last, last["criteria"]?.stringValue == what, last["reason"] == explanation { return }
        decisions.append(
            ["criteria": .string(what), "at": .string(Timestamp.api(time)), "reason": explanation])
    }

    var isActive: Bool { status == .active }
    var hasEntered: Bool { status != nil }
    /// Left by the exit criteria, at that time.
    var exitedAt: Int64? { reason == .exitCriteria ? endedAt : nil }

    /// The members of the report that tell of the path.
    var members: [String: JSON] {
        var members: [String: JSON] = [
            "status": .string(status?.name ?? "not_entered"), "reason": reason.name.map { .string($0) } ?? .null,
            "path": .array(
                steps.map { .object($0.members.merging(["tile": .string($0.tile)]) { $1 }) }),
            "decisions": .array(decisions),
        ]
        if let endedAt { members["left_at"] = .string(Timestamp.api(endedAt)) }
        return members
    }

    // MARK: Steps

    private func isLast(_ node: JourneyPlan.TileNode) -> Bool {
        steps.last?.tile.utf8.elementsEqual(node.id.utf8) == true
    }

    private mutating func begin(_ node: JourneyPlan.TileNode, arrivedAt: Int64?) {
        steps.append(Step(tile: node.id, members: [:]))
        isInside = true
        if let arrivedAt { note(["arrived_at": .string(Timestamp.api(arrivedAt))]) }
    }

    /// The member is at the tile, perhaps since before the beginning.
    private mutating func stand(_ node: JourneyPlan.TileNode, since arrivedAt: Int64) {
        if !isInside || !isLast(node) { begin(node, arrivedAt: nil) }
        if steps.last?.members["arrived_at"] == nil { note(["arrived_at": .string(Timestamp.api(arrivedAt))]) }
    }

    private mutating func note(_ members: [String: JSON]) {
        guard !steps.isEmpty else { return }
        steps[steps.count - 1].members.merge(members) { $1 }
    }

    private static func json(_ error: MemberError) -> JSON {
        ["code": .string(error.code), "message": .string(error.message)]
    }
}
