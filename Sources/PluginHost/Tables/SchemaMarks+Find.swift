import Journeys

extension SchemaMarks {
    /// The marked values of a config; those that are absent or null are left out. A value may be found under two kinds (a
    /// URL that is also secret). Types are not checked: the plugin's `open` does that.
    public func find(in config: JSON) -> [Found] {
        var found: [Found] = []
        for rule in rules {
            Self.walk(config, rule.path[...], at: "") { pointer, value in
                found.append(Found(kind: rule.kind, pointer: pointer, value: value))
            }
        }
        return found
    }

    /// The marked values of one kind.
    public func find(_ kind: Kind, in config: JSON) -> [Found] { find(in: config).filter { $0.kind == kind } }

    /// Whether the schema marks anything so.
    public func has(_ kind: Kind) -> Bool { rules.contains { $0.kind == kind } }

    /// The config with every secret that is present replaced by what `body` makes of it (pointer and value); nil from
    /// `body` leaves the value as it is. For masking, sealing and tokens.
    public func replacingSecrets(in config: JSON, _ body: (_ pointer: String, _ value: JSON) throws -> JSON?) rethrows
        -> JSON
    {
        var config = config
        var done: Set<String> = []
        for found in find(.secret, in: config) where done.insert(found.pointer).inserted {
            if let replacement = try body(found.pointer, found.value) {
                config = config.replacing(at: found.pointer, with: replacement)
            }
        }
        return config
    }

    /// The origins of the URLs in a config, in order, each once: see `Origin`. What is no http(s) URL is left out.
    public func origins(in config: JSON) -> [String] {
        var origins: [String] = []
        for found in find(.uri, in: config) {
            if let origin = found.value.stringValue.flatMap(Origin.init(url:))?.text, !origins.contains(origin) {
                origins.append(origin)
            }
        }
        return origins
    }

    private static func walk(
        _ value: JSON, _ path: ArraySlice<Step>, at pointer: String, _ body: (String, JSON) -> Void
    ) {
        guard let step = path.first else {
            if !value.isNull { body(pointer, value) }
            return
        }
        let rest = path.dropFirst()
        switch (step, value) {
        case (.key(let name), .object(let members)):
            if let member = members[name] { walk(member, rest, at: pointer + JSONPointerPart.key(name).text, body) }
        case (.members(let except), .object(let members)):
            for (name, member) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
            where !except.contains(name) {
                walk(member, rest, at: pointer + JSONPointerPart.key(name).text, body)
            }
        case (.index(let index), .array(let elements)):
            if elements.indices.contains(index) { walk(elements[index], rest, at: pointer + "/\(index)", body) }
        case (.elements(let first), .array(let elements)):
            for index in elements.indices.dropFirst(first) {
                walk(elements[index], rest, at: pointer + "/\(index)", body)
            }
        default: break
        }
    }
}

extension JSON {
    /// This value with the one at an existing RFC 6901 pointer replaced; unchanged when there is none.
    func replacing(at pointer: String, with replacement: JSON) -> JSON {
        guard pointer.utf8.first == UInt8(ascii: "/") else { return pointer.isEmpty ? replacement : self }
        let steps = pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.replacing("~1", with: "/").replacing("~0", with: "~") }
        return replacing(steps.map { String($0) }[...], with: replacement)
    }

    private func replacing(_ steps: ArraySlice<String>, with replacement: JSON) -> JSON {
        guard let step = steps.first else { return replacement }
        switch self {
        case .object(var members):
            guard let member = members[step] else { return self }
            members[step] = member.replacing(steps.dropFirst(), with: replacement)
            return .object(members)
        case .array(var elements):
            guard let index = Int(step), elements.indices.contains(index) else { return self }
            elements[index] = elements[index].replacing(steps.dropFirst(), with: replacement)
            return .array(elements)
        default: return self
        }
    }
}
