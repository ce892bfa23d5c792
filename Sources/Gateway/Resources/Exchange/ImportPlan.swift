import Journeys
import PluginHost
import Store
import Warehouse

/// What an import would do, found out before anything is written.
///
/// Objects are known by their names: what has the name is brought to the content of the file, what is not there is made.
/// Where a name stands for several, one of equal content is taken, else nobody can say which is meant.
struct ImportPlan {
    enum Action: String {
        case create, update, unchanged
    }

    /// One object of the file.
    struct Step<Record: Sendable>: Sendable {
        /// Its local name.
        var name: String
        var action: Action
        var record: Record
        /// Of a destination: the fields whose secrets are not there, as pointers into its config.
        var lacking: [String] = []
        /// Of a destination that is to be written.
        var secrets: [String: SecretChange] = [:]
        /// Those that become others, for the audit log.
        var renewed: [String] = []
        /// Of a model or a destination that is there and is to become another: the journeys at work that use it.
        var users: [InUse.User] = []

        var isWritten: Bool { action != .unchanged }
    }

    private(set) var source: SourceRecord?
    private(set) var model: Step<ModelRecord>?
    var destinations: [Step<DestinationRecord>] = []
    var journey: Step<JourneyRecord>?
    /// What must be mended before it can be done: of the file, or of the workspace.
    private(set) var problems: [Problem] = []

    let call: Call
    let now: Int64
    /// Those of the workspace, as they were when it was looked at.
    private(set) var knownDestinations: [DestinationRecord] = []
    /// Whether the caller may make and change destinations, and so compare their secrets with others.
    var maySetSecrets: Bool { call.principal?.may(.admin) == true }
    private var journeyMembers: [String: JSON] = [:]
    private var destinationMembers: [String: JSON] = [:]

    /// Looks at the file, its source and its model, whose SQL is asked for its columns.
    /// - Throws: 400 for what is no such file.
    init(_ file: JSON, _ call: Call) throws {
        self.call = call
        now = call.now
        var fields = BodyFields(file, known: ["format", "journey", "models", "sources", "destinations"])
        let format = JourneyFile.format.stringValue ?? ""
        if fields.required("format") != format { fields.refuseShape("/format", "format must be '\(format)'") }
        journeyMembers = Self.object("journey", &fields)
        let models = Self.object("models", &fields)
        let sources = Self.object("sources", &fields)
        destinationMembers = Self.object("destinations", &fields)
        try fields.finish()
        guard let name = only("models", models), let source = only("sources", sources) else { return }
        do {
            self.source = try findSource(sources[source] ?? .null)
        } catch {
            try note(error, at: JSON.pointer("sources", .key(source)))
            return
        }
        do {
            model = try planModel(name, models[name] ?? .null, source)
        } catch {
            try note(error, at: JSON.pointer("models", .key(name)))
        }
    }

    /// Looks at the destinations, which are opened, and at the journey.
    mutating func planRest() throws {
        let most = JourneyFile.mostDestinations
        if destinationMembers.count > most {
            problems.append(
                Problem(pointer: "/destinations", message: "there may be at most \(most) destinations"))
            return
        }
        knownDestinations = try call.rooms.control.read { try $0.destinations(workspaceID: call.workspaceID).items }
        let names = destinationMembers.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        // What has its like already, before what is to be brought to it.
        for takesOnlySame in [true, false] {
            for name in names where !destinations.contains(where: { $0.name == name }) {
                do {
                    if let step = try planDestination(name, destinationMembers[name] ?? .null, onlySame: takesOnlySame)
                    {
                        destinations.append(step)
                    }
                } catch {
                    if !takesOnlySame { try note(error, at: JSON.pointer("destinations", .key(name))) }
                }
            }
        }
        destinations.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        try findUsers()
        guard let model, problems.isEmpty else { return }
        do {
            journey = try planJourney(journeyMembers, model)
        } catch {
            try note(error, at: "/journey")
        }
    }

    /// Who imports one journey is to know which others will be of another mind.
    private mutating func findUsers() throws {
        let (workspaceID, plugins, control) = (call.workspaceID, call.rooms.plugins, call.rooms.control)
        if let step = model, step.action == .update {
            model?.users = try control.read { try InUse.users(ofModel: step.record.id, workspaceID: workspaceID, $0) }
        }
        for (index, step) in destinations.enumerated() where step.action == .update {
            destinations[index].users = try control.read {
                try InUse.users(ofDestination: step.record.id, workspaceID: workspaceID, plugins, $0)
            }
        }
    }

    private static func object(_ name: String, _ fields: inout BodyFields) -> [String: JSON] {
        if !fields.has(name) { fields.refuseShape("/" + name, "\(name) is required") }
        return fields.object(name, [:]).objectValue ?? [:]
    }

    /// A journey has one model, and that one source.
    private mutating func only(_ field: String, _ objects: [String: JSON]) -> String? {
        if objects.count == 1 { return objects.keys.first }
        problems.append(Problem(pointer: "/" + field, message: "there must be one of \(field), not \(objects.count)"))
        return nil
    }

    /// Notes what is wrong with a part, under its place in the file.
    /// - Throws: what is not the file's fault.
    private mutating func note(_ error: any Error, at place: String) throws {
        guard let known = APIError(error), known.status < 500 else { throw error }
        let found =
            known.problems.isEmpty
            ? [Problem(pointer: place, message: known.message)]
            : known.problems.map { Problem(pointer: place + $0.pointer, message: $0.message) }
        problems += found.prefix(max(0, Problem.most - problems.count))
    }

    // MARK: Source and model

    private func findSource(_ json: JSON) throws -> SourceRecord {
        var fields = BodyFields(json, known: ["source_type"])
        if fields.required("source_type") != JourneyFile.embedded {
            fields.refuse("/source_type", "source_type must be '\(JourneyFile.embedded)'")
        }
        try fields.finish()
        if let source = try call.rooms.control.read({ try $0.embeddedSource(workspaceID: call.workspaceID) }) {
            return source
        }
        throw APIError.invalid("", "the workspace has no embedded source: make it with POST /sources")
    }

    private func planModel(_ name: String, _ json: JSON, _ sourceName: String) throws -> Step<ModelRecord>? {
        guard let source else { return nil }
        guard case .object(var members) = json else {
            throw APIError.invalid("", "a model must be an object, not \(json.kindName)")
        }
        guard members["source"]?.stringValue == sourceName else {
            throw APIError.invalid("/source", "source must be the name of one under /sources: '\(sourceName)'")
        }
        members["source"] = nil
        let given = JSON.object(members)
        members["name"] = .string(name)
        members["source_id"] = .string(source.id)
        let candidates = try call.rooms.control.read { try $0.models(workspaceID: call.workspaceID) }.items
            .filter { $0.name.utf8.elementsEqual(name.utf8) }
        if let same = candidates.first(where: { $0.sourceID == source.id && Self.isSame($0, given) }) {
            return Step(name: name, action: .unchanged, record: same)
        }
        let present = try Self.meant(candidates, "model", name)
        let blank = ModelRecord(
            id: try call.newID(), workspaceID: call.workspaceID, sourceID: "", name: "", sqlQuery: "",
            createdBy: call.actor, createdAt: now, updatedAt: now)
        // Over a blank one: what the file does not say is not there.
        var record = try ModelInput.read(.object(members), over: blank, isNew: true, call)
        if let present {
            // What comes out the same is no change, however the file says it.
            if present.sourceID == record.sourceID, JourneyFile.json(present) == JourneyFile.json(record) {
                return Step(name: name, action: .unchanged, record: present)
            }
            (record.id, record.createdBy, record.createdAt) = (present.id, present.createdBy, present.createdAt)
            (record.version, record.statusChange) = (present.version, present.statusChange)
        }
        return Step(name: name, action: present == nil ? .create : .update, record: record)
    }

    /// Columns that the query has besides those of the file do not count.
    private static func isSame(_ model: ModelRecord, _ given: JSON) -> Bool {
        guard case .object(var shown) = JourneyFile.json(model), case .object(var given) = given else { return false }
        let stated = given["columns"]?.arrayValue ?? []
        let isStated = Set(stated).isSubset(of: shown["columns"]?.arrayValue ?? [])
        (shown["columns"], given["columns"]) = (nil, nil)
        return shown == given && isStated
    }

    /// The one object of a name; nil when there is none.
    /// - Throws: 422 when there are several.
    static func meant<Record>(_ candidates: [Record], _ what: String, _ name: String) throws -> Record? {
        guard candidates.count > 1 else { return candidates.first }
        throw APIError.invalid(
            "",
            "the workspace has \(candidates.count) of \(what) named '\(name)', and none is as the file has it: give all but "
                + "one of them other names")
    }
}
