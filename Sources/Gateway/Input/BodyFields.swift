import Journeys

/// Reads the members of a request's object and notes all that is wrong with them. What it gives counts only once `finish`
/// has not thrown.
struct BodyFields {
    private let members: [String: JSON]
    /// Wrong type, missing or unknown field: 400.
    private var shape: [Problem] = []
    /// Anything else: 422.
    private var invalid: [Problem] = []

    /// - Parameters:
    ///   - known: the fields that may be set.
    ///   - ignored: those that the object has but the server sets: accepted, so that what GET gave can be PUT back.
    init(_ json: JSON, known: Set<String>, ignored: Set<String> = []) {
        guard case .object(let members) = json else {
            self.members = [:]
            shape.append(Problem(pointer: "", message: "the body must be a JSON object, not \(json.kindName)"))
            return
        }
        self.members = members
        for name in members.keys.sorted() where !known.contains(name) && !ignored.contains(name) {
            if shape.count == Problem.most { break }
            let remedy = NearNames.remedy(forUnknown: name, among: known)
            shape.append(Problem(pointer: JSON.pointer(.key(name)), message: "unknown field '\(name)': \(remedy)"))
        }
    }

    /// Whether the field is there, null included.
    func has(_ name: String) -> Bool { members[name] != nil }

    /// The field as it is.
    subscript(name: String) -> JSON? { members[name] }

    mutating func refuseShape(_ pointer: String, _ message: String) {
        shape.append(Problem(pointer: pointer, message: message))
    }

    mutating func refuse(_ pointer: String, _ message: String) {
        invalid.append(Problem(pointer: pointer, message: message))
    }

    /// A text that the object can't be without: the one given, else `present`.
    mutating func required(_ name: String, _ present: String? = nil, limit: Int = 255) -> String {
        switch members[name] {
        case .string(let text)?:
            check(text, name, limit: limit)
            if text.isEmpty { refuse("/" + name, "\(name) must not be empty") }
            return text
        case nil:
            if present == nil { refuseShape("/" + name, "\(name) is required") }
            return present ?? ""
        case .null? where present != nil:
            refuseShape("/" + name, "\(name) can't be cleared: give a string or leave it out")
        case let other?:
            refuseShape("/" + name, "\(name) must be a string, not \(other.kindName)")
        }
        return ""
    }

    /// A text that may be missing: absent leaves `present`, null clears.
    mutating func optional(_ name: String, _ present: String? = nil, limit: Int = 255) -> String? {
        switch members[name] {
        case nil: return present
        case .null?: return nil
        case .string(let text)?:
            check(text, name, limit: limit)
            return text
        case let other?:
            refuseShape("/" + name, "\(name) must be a string or null, not \(other.kindName)")
            return nil
        }
    }

    /// An id that the object can't be without, in lower case.
    mutating func requiredID(_ name: String, _ present: String? = nil) -> String {
        let text = required(name, present)
        if members[name] == nil || text.isEmpty { return text }
        if let id = UUIDText.normalized(text) { return id }
        refuse("/" + name, "\(name) must be a UUID like 770e8400-e29b-41d4-a716-446655440000")
        return text
    }

    /// An object: absent leaves `present`.
    mutating func object(_ name: String, _ present: JSON) -> JSON {
        switch members[name] {
        case nil: return present
        case .object(let value)?: return .object(value)
        case let other?:
            refuseShape("/" + name, "\(name) must be an object, not \(other.kindName)")
            return present
        }
    }

    private mutating func check(_ text: String, _ name: String, limit: Int) {
        if text.unicodeScalars.count > limit { refuse("/" + name, "\(name) must have at most \(limit) characters") }
        // Line breaks have their place in longer texts: descriptions and SQL.
        let forbidden = text.unicodeScalars.contains { scalar in
            scalar.value == 0 || (limit <= 255 && (scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)))
        }
        if forbidden { refuse("/" + name, "\(name) must not contain control characters") }
    }

    /// - Throws: 400 when a fault is of shape, else 422, with all faults.
    func finish() throws {
        let problems = shape + invalid
        guard !problems.isEmpty else { return }
        if shape.isEmpty { throw APIError.invalid(problems) }
        throw APIError(400, "invalid_request", APIError.summary(problems), problems: problems)
    }
}
