/// Reads one journey object and notes all that is wrong with it.
struct JourneyReader {
    struct Fault {
        var problem: Problem
        /// Of shape: wrong type, missing or unknown field (400). Else the value is invalid (422).
        var isShape: Bool
    }

    private static let settable: Set<String> = [
        "name", "description", "parent_model_id", "entry_criteria", "exit_criteria", "tiles", "edges", "schedule",
    ]
    /// Sent back by clients that PUT what GET gave; ignored.
    private static let setByServer: Set<String> = [
        "id", "workspace_id", "status", "status_error", "created_by", "created_at", "updated_at", "last_run_id",
        "last_run_at",
    ]

    let json: JSON
    let limits: JourneyLimits
    private(set) var faults: [Fault] = []

    init(json: JSON, limits: JourneyLimits = JourneyLimits()) {
        self.json = json
        self.limits = limits
    }

    mutating func shape(_ pointer: String, _ message: String) {
        note(Problem(pointer: pointer, message: message), isShape: true)
    }

    mutating func invalid(_ pointer: String, _ message: String) {
        note(Problem(pointer: pointer, message: message), isShape: false)
    }

    mutating func invalid(_ problems: [Problem]) {
        for problem in problems { note(problem, isShape: false) }
    }

    private mutating func note(_ problem: Problem, isShape: Bool) {
        if faults.count < Problem.most { faults.append(Fault(problem: problem, isShape: isShape)) }
    }

    /// The journey, on top of `present` for an update; nil only when a required field can't be made out. The result
    /// counts only when `faults` is empty.
    mutating func journey(over present: Journey?) -> Journey? {
        guard case .object(let members) = json else {
            shape("", "the body must be a JSON object, not \(json.kindName)")
            return nil
        }
        for key in members.keys.sorted() where !Self.settable.contains(key) && !Self.setByServer.contains(key) {
            let remedy = NearNames.remedy(forUnknown: key, among: Self.settable)
            shape(JSON.pointer(.key(key)), "unknown field '\(key)': \(remedy)")
        }
        let name = required("name", members, present?.name)
        let parentModelID = required("parent_model_id", members, present?.parentModelID)
        var journey = present ?? Journey(name: "", parentModelID: "")
        if members["name"] != nil, let name { journey.name = checked(name: name) }
        if members["parent_model_id"] != nil, let parentModelID {
            journey.parentModelID = checked(parentModelID: parentModelID)
        }
        if let value = members["description"] { journey.description = string(value, at: "/description") ?? "" }
        if let value = members["entry_criteria"] { journey.entryCriteria = criteria(value, at: "/entry_criteria") }
        if let value = members["exit_criteria"] { journey.exitCriteria = criteria(value, at: "/exit_criteria") }
        if let value = members["schedule"] { journey.schedule = schedule(value) }
        if let value = members["tiles"] { journey.tiles = tiles(value) }
        if let value = members["edges"] { journey.edges = edges(value) }
        return name == nil || parentModelID == nil ? nil : journey
    }

    /// A string that a journey can't be without: the one given, else the present one.
    private mutating func required(_ field: String, _ members: [String: JSON], _ present: String?) -> String? {
        switch members[field] {
        case .string(let text)?:
            return text
        case nil:
            if present == nil { shape("/" + field, "\(field) is required") }
            return present
        case .null? where present != nil:
            shape("/" + field, "\(field) can't be cleared: give a string or leave it out")
            return nil
        case let other?:
            shape("/" + field, "\(field) must be a string, not \(other.kindName)")
            return nil
        }
    }

    /// An optional string: nil for null, and for a wrong type, which is noted.
    mutating func string(_ value: JSON, at pointer: String) -> String? {
        switch value {
        case .string(let text): return text
        case .null: return nil
        default:
            shape(pointer, "\(pointer.dropFirst()) must be a string or null, not \(value.kindName)")
            return nil
        }
    }

    private mutating func checked(name: String) -> String {
        if name.isEmpty {
            invalid("/name", "name must not be empty")
        } else if name.unicodeScalars.count > JourneyParser.maxNameLength {
            invalid("/name", "name must have at most \(JourneyParser.maxNameLength) characters")
        }
        if name.hasControlCharacters { invalid("/name", "name must not contain control characters") }
        return name
    }

    private mutating func checked(parentModelID: String) -> String {
        if let id = UUIDText.normalized(parentModelID) { return id }
        invalid("/parent_model_id", "parent_model_id must be a UUID like 770e8400-e29b-41d4-a716-446655440000")
        return parentModelID
    }

    private mutating func criteria(_ value: JSON, at pointer: String) -> JSON? {
        switch value {
        case .null: return nil
        case .object:
            do throws(FilterError) {
                _ = try FilterTree.parse(value, at: pointer, allowEmptyRoot: true, maxNodes: limits.filterNodes)
            } catch {
                invalid(error.problems)
            }
            return value
        default:
            shape(pointer, "\(pointer.dropFirst()) must be a filter tree (an object) or null, not \(value.kindName)")
            return nil
        }
    }

    private mutating func schedule(_ value: JSON) -> String? {
        // Clients of the product write "" where there is no schedule.
        guard let text = string(value, at: "/schedule"), !text.isEmpty else { return nil }
        do throws(CronError) {
            _ = try Cron(parsing: text)
        } catch {
            invalid("/schedule", error.message)
        }
        return text
    }
}

extension String {
    /// Whether C0 or C1 control characters or a DEL are inside.
    var hasControlCharacters: Bool {
        unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    }
}
