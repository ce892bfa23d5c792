import Crypto
import Journeys
import Store

extension Engine {
    /// Checks a journey, or a draft of it, and prepares to run it in virtual time. Nothing of the journey is changed, by this
    /// or by the run.
    /// - Parameter draft: what the journey would be; nil for the journey as it is.
    /// - Throws: `EngineError.invalid` with what `/validate` would list; what `draft` throws.
    public func simulation(
        workspaceID: String, journeyID: String, _ request: SimulationRequest,
        draft: ((Journey) throws -> Journey)? = nil
    ) throws -> Simulation {
        let record = try find(workspaceID, journeyID)
        let journey = try draft?(record.journey) ?? record.journey
        let result = try compiler.compile(
            workspaceID: workspaceID, journeyID: journeyID, journey: journey, checksFields: true)
        guard let compiled = result.compiled else { throw EngineError.invalid(result.errors) }
        return try Simulation(self, record, journey, compiled, request)
    }

    /// Has the simulation stopped when the engine stops.
    func begin(_ control: RunControl) throws -> String {
        let id = try Crypto.uuid()
        let isBegun = simulations.update { simulations in
            simulations?[id] = control
            return simulations != nil
        }
        guard isBegun else { throw SimulationError.abandoned }
        return id
    }

    /// From now on none begins.
    func stopSimulations() {
        let abandoned = simulations.update { simulations in
            defer { simulations = nil }
            return simulations ?? [:]
        }
        for control in abandoned.values { control.requestStop(.shutdown) }
    }

    func end(_ id: String) { simulations.update { _ = $0?.removeValue(forKey: id) } }
}

extension CompiledJourney {
    /// As if the model had this one row.
    func narrowed(to member: String) throws -> CompiledJourney {
        guard let column = model.columns.first(where: { $0.name.utf8.elementsEqual(model.keyColumn.utf8) }) else {
            return self
        }
        let value: JSON? =
            switch column.type {
            case .string, .date, .timestamp: .string(member)
            case .integer: Int64(member).map { .integer($0) }
            case .number: Double(member).map { .number($0) }
            case .boolean: .bool(member == "1")
            }
        let key = FilterTree.condition(
            FilterCondition(column: column.name, operator: .equals, value: value ?? .null))
        let filter: BoundFilter
        do {
            guard value != nil else { throw FilterError(problems: []) }
            filter = try key.bound(to: [column])
        } catch {
            throw EngineError.invalid([
                ValidationError(
                    message: "member: '\(member)' can be no key of the model, whose column '\(column.name)' is "
                        + "\(column.type.rawValue)", pointer: "/member")
            ])
        }
        var copy = self
        copy.entryCriteria = entryCriteria?.and(filter) ?? filter
        copy.exitCriteria = exitCriteria?.and(filter)
        return copy
    }
}
