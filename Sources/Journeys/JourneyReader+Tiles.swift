/// Tiles and edges: their own members are checked, what editors add beside them is kept.
extension JourneyReader {
    mutating func tiles(_ value: JSON) -> [Tile] {
        guard let elements = list(value, named: "tiles", limit: limits.tiles) else { return [] }
        return elements.enumerated().compactMap { index, element in
            guard case .object(var members) = element else {
                shape(JSON.pointer("tiles", .index(index)), "a tile must be an object, not \(element.kindName)")
                return nil
            }
            let id = identifier("id", of: "a tile", in: &members, at: ("tiles", index))
            let type = identifier("type", of: "a tile", in: &members, at: ("tiles", index))
            let config = object("config", in: &members, of: index)
            let position = object("position", in: &members, of: index)
            guard let id, let type else { return nil }
            return Tile(id: id, type: type, config: config, position: position, extra: members)
        }
    }

    mutating func edges(_ value: JSON) -> [Edge] {
        guard let elements = list(value, named: "edges", limit: limits.edges) else { return [] }
        return elements.enumerated().compactMap { index, element in
            guard case .object(var members) = element else {
                shape(JSON.pointer("edges", .index(index)), "an edge must be an object, not \(element.kindName)")
                return nil
            }
            let from = identifier("from", of: "an edge", in: &members, at: ("edges", index))
            let to = identifier("to", of: "an edge", in: &members, at: ("edges", index))
            var branch: String?
            switch members["branch"] {
            case nil, .null?:
                break  // A null stays in `extra`: what was given is returned.
            case .string(let text)?:
                members["branch"] = nil
                branch = text
            case let other?:
                shape("/edges/\(index)/branch", "branch must be a string or null, not \(other.kindName)")
            }
            guard let from, let to else { return nil }
            return Edge(from: from, to: to, branch: branch, extra: members)
        }
    }

    private mutating func list(_ value: JSON, named name: String, limit: Int) -> [JSON]? {
        switch value {
        case .null:
            return nil
        case .array(let elements):
            if elements.count > limit {
                invalid("/" + name, "a journey has at most \(limit) \(name), not \(elements.count)")
                return nil
            }
            return elements
        default:
            shape("/" + name, "\(name) must be an array or null, not \(value.kindName)")
            return nil
        }
    }

    /// Takes a required name out of `members`. Which names a journey may use is validation's business; an empty or
    /// endless one could not be shown or stored sensibly.
    private mutating func identifier(
        _ field: String, of what: String, in members: inout [String: JSON], at place: (list: String, index: Int)
    ) -> String? {
        // Made only where there is a fault: a journey has thousands of fields.
        var pointer: String { "/\(place.list)/\(place.index)/\(field)" }
        switch members.removeValue(forKey: field) {
        case .string(let text)?:
            if text.utf8.isShortPlainASCII { return text }
            if text.isEmpty {
                invalid(pointer, "\(field) of \(what) must not be empty")
            } else if text.unicodeScalars.count > JourneyParser.maxNameLength {
                invalid(pointer, "\(field) of \(what) must have at most \(JourneyParser.maxNameLength) characters")
            } else if text.hasControlCharacters {
                invalid(pointer, "\(field) of \(what) must not contain control characters")
            }
            return text
        case nil:
            shape(pointer, "\(field) of \(what) is required")
            return nil
        case let other?:
            shape(pointer, "\(field) of \(what) must be a string, not \(other.kindName)")
            return nil
        }
    }

    /// Takes an optional object out of `members`, as it was given: nil when absent, `.null` when null.
    private mutating func object(_ field: String, in members: inout [String: JSON], of index: Int) -> JSON? {
        guard let value = members.removeValue(forKey: field) else { return nil }
        switch value {
        case .object, .null:
            return value
        default:
            shape("/tiles/\(index)/\(field)", "\(field) of a tile must be an object, not \(value.kindName)")
            return nil
        }
    }
}

extension String.UTF8View {
    /// What nearly every name is: nothing more needs to be checked.
    fileprivate var isShortPlainASCII: Bool {
        (1...JourneyParser.maxNameLength).contains(count) && allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }
}
