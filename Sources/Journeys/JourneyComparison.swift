/// What is different between two definitions of a journey, in an order that depends on them alone.
public struct JourneyComparison: Sendable, Hashable {
    /// One value that is different; nil where there is none.
    public struct Change: Sendable, Hashable {
        /// RFC 6901, into what changed.
        public var pointer: String
        public var before: JSON?
        public var after: JSON?
    }

    public struct Changed<Item: Sendable & Hashable>: Sendable, Hashable {
        public var item: Item
        public var changes: [Change]
    }

    /// What became of tiles, or edges.
    public struct Items<Item: Sendable & Hashable>: Sendable, Hashable {
        /// As they come in the new definition.
        public var added: [Item] = []
        /// As they came in the old one.
        public var removed: [Item] = []
        /// With their new form, as they come in the new definition.
        public var changed: [Changed<Item>] = []
        /// Whether those that are in both come in another order: edges without a branch take branches in theirs.
        public var isReordered = false

        public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty && !isReordered }
    }

    /// Of name, model, description, criteria and schedule.
    public var fields: [Change]
    /// Told apart by their ids.
    public var tiles: Items<Tile>
    /// Told apart by their ends and branch.
    public var edges: Items<Edge>

    public var isEmpty: Bool { fields.isEmpty && tiles.isEmpty && edges.isEmpty }

    public init(from old: Journey, to new: Journey) {
        var before = old.toJSON()
        var after = new.toJSON()
        for name in ["tiles", "edges"] {
            before[name] = nil
            after[name] = nil
        }
        fields = Self.changes(.object(before), .object(after))
        tiles = Self.compare(old.tiles, new.tiles, { $0.id }, \.json)
        edges = Self.compare(
            old.edges, new.edges,
            { JSON.array([.string($0.from), .string($0.to), $0.branch.map { .string($0) } ?? .null]) },
            \.json)
    }

    /// Unfinished journeys may have an id twice: the first is held against the first, the second against the second.
    private static func compare<Item: Sendable & Hashable, Name: Hashable>(
        _ old: [Item], _ new: [Item], _ name: (Item) -> Name, _ json: (Item) -> JSON
    ) -> Items<Item> {
        func places(_ items: [Item]) -> [Place<Name>] {
            var counts: [Name: Int] = [:]
            return items.map { item in
                counts[name(item), default: 0] += 1
                return Place(name: name(item), number: counts[name(item)] ?? 0)
            }
        }
        let (oldPlaces, newPlaces) = (places(old), places(new))
        let known = Dictionary(uniqueKeysWithValues: zip(oldPlaces, old))
        let kept = Set(newPlaces).intersection(oldPlaces)
        var items = Items<Item>()
        for (place, item) in zip(newPlaces, new) {
            guard let before = known[place] else {
                items.added.append(item)
                continue
            }
            let changes = changes(json(before), json(item))
            if !changes.isEmpty { items.changed.append(Changed(item: item, changes: changes)) }
        }
        items.removed = zip(oldPlaces, old).filter { !kept.contains($0.0) }.map(\.1)
        items.isReordered = !oldPlaces.filter(kept.contains).elementsEqual(newPlaces.filter(kept.contains))
        return items
    }

    /// The innermost values that differ, by the bytes of their pointers' steps. Arrays of unequal length differ as a whole.
    private static func changes(_ before: JSON?, _ after: JSON?, at pointer: String = "") -> [Change] {
        if before == after { return [] }
        switch (before, after) {
        case (.object(let old)?, .object(let new)?):
            let names = Set(old.keys).union(new.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return names.flatMap { changes(old[$0], new[$0], at: JSON.pointer(pointer, [.key($0)])) }
        case (.array(let old)?, .array(let new)?) where old.count == new.count:
            return old.indices.flatMap { changes(old[$0], new[$0], at: JSON.pointer(pointer, [.index($0)])) }
        default: return [Change(pointer: pointer, before: before, after: after)]
        }
    }
}

/// Which of those that have a name.
private struct Place<Name: Hashable>: Hashable {
    var name: Name
    var number: Int
}

extension JourneyComparison {
    /// In a line, for people: `name; tiles: 1 added, 2 changed`. Empty when nothing is different.
    public var summary: String {
        var parts: [String] = []
        for field in fields {
            let name = String(field.pointer.dropFirst().prefix { $0 != "/" })
            if parts.last != name { parts.append(name) }
        }
        parts += [Self.summary("tiles", tiles), Self.summary("edges", edges)].compactMap { $0 }
        return parts.joined(separator: "; ")
    }

    private static func summary<Item>(_ name: String, _ items: Items<Item>) -> String? {
        let counts = [(items.added.count, "added"), (items.removed.count, "removed"), (items.changed.count, "changed")]
        var words = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        if items.isReordered { words.append("in another order") }
        return words.isEmpty ? nil : "\(name): \(words.joined(separator: ", "))"
    }
}
