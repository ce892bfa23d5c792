import Columns
import Journeys
import Store
import Warehouse

/// Says what a journey's criteria make of one member, with its attributes as they are.
struct SimulationCriteria {
    private let entry: FilterTree
    private let exit: FilterTree
    private let model: ModelQuery
    private let member: String
    private let warehouse: Warehouse

    init(_ journey: Journey, _ model: ModelQuery, member: String, warehouse: Warehouse) throws {
        entry = try FilterTree.criteria(journey.entryCriteria)
        exit = try FilterTree.criteria(journey.exitCriteria)
        self.model = model
        self.member = member
        self.warehouse = warehouse
    }

    /// Why the member may enter in a run at that time, or may not.
    func explainEntry(_ witness: SimulationWitness, at time: Int64) throws {
        if witness.path?.isActive == true { return }
        witness.path?.decided("entry_criteria", try explain(entry, runAt: time), at: time)
    }

    /// Why the member has left, if it was for the exit criteria.
    func explainExit(_ witness: SimulationWitness) throws {
        guard let time = witness.path?.exitedAt else { return }
        witness.path?.decided("exit_criteria", try explain(exit, runAt: time), at: time)
    }

    private func explain(_ tree: FilterTree, runAt: Int64) throws -> JSON {
        let key = MemberRows()
        Array(member.utf8).withUnsafeBytes {
            key.append(key: $0, entry: 1, status: .active, tile: 0, state: .none, arrivedAt: 0, enteredAt: 0)
        }
        let row = try warehouse.lookup(model, columns: tree.columnNames, keys: key.keys, count: 1, runAt: runAt)
        withExtendedLifetime(key) {}
        guard row.count > 0 else { return ["matches": false, "because": "the model has no row of this key"] }
        return try row.withArrow { schema, array in
            let view = try BatchView(schema: schema, array: array)
            return try FilterExplanation(tree, columns: view.columns).explain(view, row: 0, runAt: runAt)
        }
    }
}
