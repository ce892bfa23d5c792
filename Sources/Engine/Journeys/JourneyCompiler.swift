import Columns
import Delivery
import Journeys
import PluginHost
import Store
import Warehouse

/// Checks a journey against its model, the loaded plugins and the workspace, and binds it to them.
///
/// Any thread but a reactor: opening a tile calls its plugin.
struct JourneyCompiler: Sendable {
    let control: ControlStore
    let plugins: PluginHost
    let destinations: DestinationDirectory?
    /// Where a tile says nothing else.
    let retry: RetryPolicy

    struct Result {
        /// Nil when there are errors.
        var compiled: CompiledJourney?
        var errors: [ValidationError]
    }

    /// Against what is loaded now.
    /// - Parameters:
    ///   - journeyID: empty for a journey that is not saved.
    ///   - checksFields: whether destinations are asked for their fields: for people who are there to mend a mapping, not
    ///     for a run.
    /// - Throws: what the store throws; a faulty journey is a result, not an error.
    func compile(
        workspaceID: String, journeyID: String, journey: Journey, checksFields: Bool = false
    ) throws -> Result {
        while true {
            let catalogue = plugins.catalogue()
            var result = try compile(
                workspaceID: workspaceID, journeyID: journeyID, journey: journey, against: catalogue)
            if checksFields {
                result.errors += unknownFields(journey, workspaceID: workspaceID, catalogue)
                if !result.errors.isEmpty { result.compiled = nil }
            }
            // A plugin that was swapped meanwhile may have retired before all its configs were open.
            if result.compiled == nil, plugins.epoch != catalogue.epoch { continue }
            return result
        }
    }

    /// Against what is loaded at some moment, or would be after a change.
    func compile(
        workspaceID: String, journeyID: String, journey: Journey, against catalogue: PluginCatalogue
    ) throws -> Result {
        var errors: [ValidationError] = []
        let model = try model(of: journey, workspaceID: workspaceID, errors: &errors)
        let schema = model.map { BatchSchema(columns: $0.columns) }

        var rules: EntryRules?
        var configs: [String: JSON] = [:]
        var tileRules: [String: TileRules] = [:]
        var instances: [String: TileInstance] = [:]
        var shapes: [String: TileShape] = [:]
        for (index, tile) in journey.tiles.enumerated() {
            guard let type = catalogue.tileType(tile.type) else {
                errors.append(unknownType(tile, at: index))
                continue
            }
            let config = type.withoutEngineFields(tile.config)
            var problems: [Problem] = []
            if type.role == .entry { rules = EntryRules(config: tile.config, problems: &problems) }
            let policy =
                type.takesRetryRules ? RetryRules.policy(tile.config, retry, problems: &problems) : retry
            errors += problems.map { configError($0, tile, at: index) }
            tileRules[tile.id] = TileRules(
                policy: policy,
                destinationID: type.marks.find(.destination, in: config).lazy
                    .compactMap { $0.value.stringValue.flatMap(UUIDText.normalized) }.first)
            try checkReferences(
                config, type.marks, tile, at: index, workspaceID: workspaceID, catalogue, errors: &errors)
            configs[tile.id] = config
            switch catalogue.openTile(
                type: tile.type, config: config, schema: schema, workspaceID: workspaceID, journeyID: journeyID)
            {
            case .success(let instance):
                instances[tile.id] = instance
                shapes[tile.id] = TileShape(
                    role: type.role, branches: instance.branches, sideEffects: type.sideEffects)
                if let model { errors += missingColumns(instance, model, tile, at: index) }
            case .failure(let failure):
                errors += failure.problems.map { configError($0, tile, at: index) }
                // The graph must know the tile as an entry or exit even when its config is wrong.
                if type.role != .step {
                    shapes[tile.id] = TileShape(role: type.role, branches: type.role == .entry ? ["next"] : [])
                }
            }
        }
        let graph = JourneyGraph.build(tiles: journey.tiles, edges: journey.edges, shapes: shapes)
        errors = graph.errors.map { ValidationError(message: $0) } + errors
        let entry = criteria(journey.entryCriteria, "entry_criteria", model, errors: &errors)
        let exit = criteria(journey.exitCriteria, "exit_criteria", model, errors: &errors)
        if let schedule = journey.schedule, !schedule.isEmpty {
            do { _ = try Cron(parsing: schedule) } catch {
                errors.append(ValidationError(message: "schedule: \(error)", pointer: "/schedule"))
            }
        }
        guard errors.isEmpty, let plan = graph.plan, let model else { return Result(compiled: nil, errors: errors) }
        let opened = plan.tiles.compactMap { instances[$0.id] }
        guard opened.count == plan.tiles.count else { return Result(compiled: nil, errors: errors) }
        return Result(
            compiled: CompiledJourney(
                plan: plan, instances: opened, model: model, entryCriteria: entry, exitCriteria: exit,
                rules: rules ?? EntryRules(), columns: columns(of: opened),
                configs: plan.tiles.map { configs[$0.id] ?? [:] },
                tileRules: plan.tiles.map { tileRules[$0.id] ?? TileRules(policy: retry) }, epoch: catalogue.epoch),
            errors: [])
    }

    private func columns(of instances: [TileInstance]) -> [String] {
        var columns: [String] = []
        for name in instances.flatMap(\.columns) where !name.hasPrefix("$") {
            if !columns.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { columns.append(name) }
        }
        return columns
    }

    private func model(
        of journey: Journey, workspaceID: String, errors: inout [ValidationError]
    ) throws -> ModelQuery? {
        guard let model = try control.read({ try $0.model(workspaceID: workspaceID, id: journey.parentModelID) })
        else {
            errors.append(
                ValidationError(
                    message: "parent_model_id names no model of this workspace: create the model first",
                    pointer: "/parent_model_id"))
            return nil
        }
        guard model.entityType == "parent", let key = model.primaryKeyColumn else {
            errors.append(
                ValidationError(
                    message:
                        "parent_model_id: model '\(model.name)' needs entity_type \"parent\" and a primary_key_column",
                    pointer: "/parent_model_id"))
            return nil
        }
        return ModelQuery(
            workspaceID: workspaceID, sourceID: model.sourceID, sql: model.sqlQuery, columns: model.columns,
            keyColumn: key)
    }

    private func criteria(
        _ json: JSON?, _ field: String, _ model: ModelQuery?, errors: inout [ValidationError]
    ) -> BoundFilter? {
        guard let json else { return nil }
        do {
            let tree = try FilterTree.parse(json, at: "/\(field)", allowEmptyRoot: true)
            guard let model else { return nil }
            let bound = try tree.bound(to: model.columns)
            return bound.isEveryone ? nil : bound
        } catch {
            errors += error.problems.map {
                ValidationError(message: "\(field): \($0.message)", pointer: $0.pointer)
            }
            return nil
        }
    }

    /// What the schema's marks point to must exist: the core sees marks only, never the type.
    private func checkReferences(
        _ config: JSON, _ marks: SchemaMarks, _ tile: Tile, at index: Int, workspaceID: String,
        _ catalogue: PluginCatalogue, errors: inout [ValidationError]
    ) throws {
        for mark in marks.find(in: config) where mark.kind == .destination {
            guard let id = mark.value.stringValue else { continue }
            let destination = try control.read {
                try $0.destination(workspaceID: workspaceID, id: UUIDText.normalized(id) ?? id)
            }
            if destination == nil {
                errors.append(
                    configError(
                        Problem(
                            pointer: mark.pointer,
                            message: "names no destination of this workspace: create the destination first"),
                        tile, at: index))
            } else if let type = destination?.destinationType, catalogue.connectorType(type) == nil {
                errors.append(
                    configError(
                        Problem(
                            pointer: mark.pointer,
                            message: "its destination is of type '\(type)', which no loaded plugin provides"),
                        tile, at: index))
            }
        }
    }

    private func missingColumns(
        _ instance: TileInstance, _ model: ModelQuery, _ tile: Tile, at index: Int
    ) -> [ValidationError] {
        instance.columns.filter { name in
            !name.hasPrefix("$") && !model.columns.contains { $0.name.utf8.elementsEqual(name.utf8) }
        }.map {
            configError(Problem(pointer: "", message: "reads column '\($0)', which the model lacks"), tile, at: index)
        }
    }

    private func unknownType(_ tile: Tile, at index: Int) -> ValidationError {
        let near = NearNames.find(tile.type, among: plugins.tileTypes().map(\.id)).first
        return ValidationError(
            message: "Tile '\(tile.id)' has type '\(tile.type)', which no loaded plugin provides"
                + (near.map { ": did you mean '\($0)'?" } ?? ""),
            pointer: "/tiles/\(index)/type", tileID: tile.id)
    }

    private func configError(_ problem: Problem, _ tile: Tile, at index: Int) -> ValidationError {
        let place = problem.pointer.isEmpty ? "config" : "config\(problem.pointer)"
        return ValidationError(
            message: "Tile '\(tile.id)': \(place): \(problem.message)",
            pointer: "/tiles/\(index)/config\(problem.pointer)", tileID: tile.id)
    }
}
