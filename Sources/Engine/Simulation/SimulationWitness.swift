import Journeys
import PluginHost
import Store

/// Keeps what is to be known of a simulation: counts, deliveries as they come, and one member's path.
final class SimulationWitness: MoveWitness {
    private struct Place: Hashable {
        var cargo: ObjectIdentifier
        var row: Int32
    }

    private let plan: JourneyPlan
    private let rules: [TileRules]
    /// By index of the plan's tiles.
    private var keys: [DeliveryKey]
    private let wanted: Int
    private let deliver: (SimulatedDelivery) -> Void
    private let progress: (Int64) -> Void
    private(set) var counts: SimulationCounts
    private(set) var delivered = 0
    /// Nil when all members go.
    var path: MemberPath?
    /// What tiles have recorded of members that have not left them yet: of those in hand only.
    private var records: [Place: [UInt8]] = [:]
    private var assumed: [Bool]

    /// - Parameters:
    ///   - wanted: how many deliveries `deliver` gets.
    ///   - path: set to follow the one member that there is.
    init(
        _ compiled: CompiledJourney, workspaceID: String, journeyID: String, wanted: Int, path: MemberPath?,
        deliver: @escaping (SimulatedDelivery) -> Void, progress: @escaping (Int64) -> Void
    ) {
        plan = compiled.plan
        rules = compiled.tileRules
        keys = plan.tiles.map { DeliveryKey(workspaceID: workspaceID, journeyID: journeyID, tileID: $0.id) }
        self.wanted = wanted
        self.path = path
        self.deliver = deliver
        self.progress = progress
        counts = SimulationCounts(plan)
        assumed = compiled.instances.map { !Rehearsal.mayCall($0.type) }
    }

    /// What the report must say it does not know.
    var assumptions: [String] {
        zip(plan.tiles, assumed).compactMap { node, isAssumed in
            guard isAssumed else { return nil }
            return "tile '\(node.id)' was not called, for its type makes no promise of a dry run: "
                + "its members took branch '\(node.branches.first ?? "next")'"
        }
    }

    // MARK: What happens

    func arrived(_ cargo: Cargo, _ rows: [Int32], at tile: Int, now: Int64) {
        progress(now)
        counts.change(tile, at: now) { $0.entered += rows.count }
        if path != nil { for row in rows { path?.arrived(plan.tiles[tile], entry: cargo.entry[Int(row)], at: now) } }
    }

    func recorded(_ cargo: Cargo, _ row: Int32, at station: Station, json: [UInt8]) {
        if station.node.sideEffects {
            if delivered < wanted { records[Place(cargo: ObjectIdentifier(cargo), row: row)] = json }
        } else {
            path?.explained(station.node, (try? JSON.parse(json)) ?? .null)
        }
    }

    func left(
        _ cargo: Cargo, _ rows: [Int32], from station: Station, branch: Int, isDelivery: Bool, now: Int64
    ) {
        let node = station.node
        let isFailure = node.sideEffects && !isDelivery && branch == node.branches.count - 1
        counts.change(node.index, at: now) { day in
            day.left += rows.count
            if isDelivery { day.delivered += rows.count }
            if isFailure { day.failed += rows.count }
        }
        counts.tiles[node.index].branches[branch] += rows.count
        if !Rehearsal.mayCall(station.instance.type) { assumed[node.index] = true }
        for row in rows {
            let delivery = isDelivery ? delivery(cargo, row, node, now) : nil
            if !isDelivery, !records.isEmpty { records[Place(cargo: ObjectIdentifier(cargo), row: row)] = nil }
            path?.left(
                node, branch: node.branches[branch], arrivedAt: cargo.arrivedAt[Int(row)], at: now,
                delivery: delivery, error: cargo.errors[row], isAssumed: assumed[node.index])
        }
    }

    func stopped(_ cargo: Cargo, _ row: Int32, now: Int64) {
        let index = Int(row)
        records[Place(cargo: ObjectIdentifier(cargo), row: row)] = nil
        let tile = cargo.tile[index]
        switch cargo.status[index] {
        case .completed: counts.completed += 1
        case .exited: counts.exited += 1
        case .active:
            if cargo.state[index] == .parked, tile >= 0 { counts.change(Int(tile), at: now) { $0.failed += 1 } }
        }
        path?.stopped(
            tile < 0 ? nil : plan.tiles[Int(tile)], status: cargo.status[index], state: cargo.state[index],
            wake: cargo.wake[index], reason: cargo.reason[index], error: cargo.errors[row],
            arrivedAt: cargo.arrivedAt[index], at: now)
    }

    private func delivery(
        _ cargo: Cargo, _ row: Int32, _ node: JourneyPlan.TileNode, _ now: Int64
    ) -> SimulatedDelivery? {
        delivered += 1
        let record = records.removeValue(forKey: Place(cargo: ObjectIdentifier(cargo), row: row))
        guard delivered <= wanted else { return nil }
        let member = String(decoding: cargo.keys[Int(row)], as: UTF8.self)
        let recorded = record.flatMap { try? JSON.parse($0) } ?? .null
        var delivery = SimulatedDelivery(
            at: now, tileID: node.id, destinationID: rules[node.index].destinationID, member: member,
            key: keys[node.index].text(entry: cargo.entry[Int(row)], member: member),
            payload: recorded["payload"] ?? recorded)
        // For one member all of it is shown; for many, the bodies of whole batches would be told again and again.
        if path != nil, case .object(var request) = recorded, request.removeValue(forKey: "payload") != nil {
            delivery.request = .object(request)
        }
        deliver(delivery)
        return delivery
    }
}
