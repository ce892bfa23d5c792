/// Walks filter JSON and notes all that breaks the grammar.
struct FilterParser {
    private(set) var problems: [Problem] = []
    private var nodes = 0
    private let maxNodes: Int

    init(maxNodes: Int) { self.maxNodes = maxNodes }

    mutating func problem(_ pointer: String, _ message: String) {
        if problems.count < Problem.most { problems.append(Problem(pointer: pointer, message: message)) }
    }

    mutating func root(_ json: JSON, at pointer: String, allowEmpty: Bool) -> FilterTree? {
        if isEmptyRoot(json) {
            if allowEmpty { return .everyone }
            problem(pointer, "the filter is empty: give a condition, or a group with children")
            return nil
        }
        return node(json, at: pointer, depth: 1)
    }

    private func isEmptyRoot(_ json: JSON) -> Bool {
        switch json {
        case .null:
            return true
        case .object(let members):
            if members.isEmpty { return true }
            guard members["children"] == .array([]), members.count == 2 else { return false }
            return members["type"] == "and" || members["type"] == "or"
        default:
            return false
        }
    }

    /// Nil when the node can't be made out; why is in `problems`.
    private mutating func node(_ json: JSON, at pointer: String, depth: Int) -> FilterTree? {
        nodes += 1
        if nodes > maxNodes {
            if nodes == maxNodes + 1 {
                problem(pointer, "a filter has at most \(maxNodes) nodes")
            }
            return nil
        }
        if depth > FilterTree.maxDepth {
            problem(pointer, "a filter is at most \(FilterTree.maxDepth) levels deep")
            return nil
        }
        guard case .object(let members) = json else {
            problem(pointer, "a filter node must be an object, not \(json.kindName)")
            return nil
        }
        switch members["type"] {
        case "and"?, "or"?:
            return group(members, at: pointer, depth: depth)
        case "condition"?:
            return condition(members, at: pointer).map { .condition($0) }
        case nil:
            problem(pointer + "/type", "type of a filter node is required: and, or, condition")
        case .string(let other)?:
            problem(pointer + "/type", "type of a filter node must be and, or, condition, not '\(other)'")
        case let other?:
            problem(pointer + "/type", "type of a filter node must be a string, not \(other.kindName)")
        }
        return nil
    }

    private mutating func group(_ members: [String: JSON], at pointer: String, depth: Int) -> FilterTree? {
        refuseUnknown(in: members, known: ["type", "children"], at: pointer)
        switch members["children"] {
        case .array(let elements)?:
            if elements.isEmpty {
                problem(pointer + "/children", "a group must have children: remove the group or give it a condition")
                return nil
            }
            var children: [FilterTree] = []
            for (index, element) in elements.enumerated() {
                if let child = node(element, at: "\(pointer)/children/\(index)", depth: depth + 1) {
                    children.append(child)
                }
                if nodes > maxNodes { break }
            }
            return members["type"] == "and" ? .and(children) : .or(children)
        case nil:
            problem(pointer + "/children", "children of a group are required")
        case let other?:
            problem(pointer + "/children", "children of a group must be an array, not \(other.kindName)")
        }
        return nil
    }

    private mutating func condition(_ members: [String: JSON], at pointer: String) -> FilterCondition? {
        refuseUnknown(in: members, known: ["type", "condition_type", "column", "operator", "value"], at: pointer)
        switch members["condition_type"] {
        case "property"?: break
        case nil: problem(pointer + "/condition_type", "condition_type is required: property")
        case _?: problem(pointer + "/condition_type", "condition_type must be 'property'")
        }
        let column = text("column", in: members, at: pointer)
        guard let name = text("operator", in: members, at: pointer) else { return nil }
        guard let op = FilterOperator(rawValue: name) else {
            let known = FilterOperator.allCases.map(\.rawValue).joined(separator: ", ")
            problem(pointer + "/operator", "operator '\(name)' is unknown: one of \(known)")
            return nil
        }
        check(members["value"], for: op, at: pointer + "/value")
        guard let column else { return nil }
        let value = op.operand == .none ? .null : members["value"] ?? .null
        return FilterCondition(column: column, operator: op, value: value, pointer: pointer)
    }

    private mutating func text(_ field: String, in members: [String: JSON], at pointer: String) -> String? {
        switch members[field] {
        case .string(let text)?:
            if text.isEmpty { problem("\(pointer)/\(field)", "\(field) of a condition must not be empty") }
            return text.isEmpty ? nil : text
        case nil:
            problem("\(pointer)/\(field)", "\(field) of a condition is required")
        case let other?:
            problem("\(pointer)/\(field)", "\(field) of a condition must be a string, not \(other.kindName)")
        }
        return nil
    }

    private mutating func refuseUnknown(in members: [String: JSON], known: Set<String>, at pointer: String) {
        for key in members.keys.sorted() where !known.contains(key) {
            let remedy = NearNames.remedy(forUnknown: key, among: known)
            problem(JSON.pointer(pointer, [.key(key)]), "unknown field '\(key)': \(remedy)")
        }
    }
}
