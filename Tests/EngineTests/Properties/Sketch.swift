import Journeys
import Store

/// A row of the parent model.
struct Row: Equatable {
    var n: Int?
    var city: String
}

/// A journey as the generator draws it and the slow model walks it. Its tiles stand in topological order, the entry first.
struct Sketch: Equatable {
    indirect enum Test: Equatable {
        case below(Int)
        case atLeast(Int)
        case missing
        case city(String)
        case all([Test])
        case any([Test])

        /// Nulls as CONTRACT.md says: every operator but the null tests is false.
        func holds(_ row: Row) -> Bool {
            switch self {
            case .below(let limit): row.n.map { $0 < limit } ?? false
            case .atLeast(let limit): row.n.map { $0 >= limit } ?? false
            case .missing: row.n == nil
            case .city(let name): row.city == name
            case .all(let tests): tests.allSatisfy { $0.holds(row) }
            case .any(let tests): tests.contains { $0.holds(row) }
            }
        }

        var json: JSON {
            func condition(_ column: String, _ name: String, _ value: JSON?) -> JSON {
                var fields: [String: JSON] = [
                    "type": "condition", "condition_type": "property", "column": .string(column),
                    "operator": .string(name),
                ]
                fields["value"] = value
                return .object(fields)
            }
            return switch self {
            case .below(let limit): condition("n", "less_than", .integer(Int64(limit)))
            case .atLeast(let limit): condition("n", "greater_than_or_equal", .integer(Int64(limit)))
            case .missing: condition("n", "is_null", nil)
            case .city(let name): condition("city", "equals", .string(name))
            case .all(let tests): ["type": "and", "children": .array(tests.map(\.json))]
            case .any(let tests): ["type": "or", "children": .array(tests.map(\.json))]
            }
        }
    }

    struct Arm: Equatable {
        var name: String
        var weight: Int
    }

    enum Kind: Equatable {
        case entry
        case filter(Test)
        case split([Arm])
        /// So many hours, and then until such an hour of the day, if there is one.
        case wait(hours: Int, at: Int?)
        /// The recorder: a tile with side effects that lets all pass, or fails all.
        case send(fails: Bool)
        case exit

        var branches: [String] {
            switch self {
            case .entry, .wait: ["next"]
            case .filter: ["yes", "no"]
            case .split(let arms): arms.map(\.name)
            case .send: ["next", "failed"]
            case .exit: []
            }
        }
    }

    struct Tile: Equatable {
        var id: String
        var kind: Kind
        /// Where branches lead; those that are not here end.
        var next: [String: String] = [:]
        /// Whether its edges name their branches, where they could do without.
        var isLabelled = true
    }

    struct Reentry: Equatable {
        var gapHours: Int
        var most: Int?
    }

    var tiles: [Tile]
    var entry: Test?
    var exit: Test?
    var reentry: Reentry?
    var pauseClock = PauseClock.keepCounting

    func tile(_ id: String) -> Tile? { tiles.first { $0.id == id } }

    // MARK: As the engine gets it

    func json(modelID: String, log: String) -> JSON {
        .object([
            "name": "Random", "parent_model_id": .string(modelID), "entry_criteria": entry?.json ?? .null,
            "exit_criteria": exit?.json ?? .null, "tiles": .array(tiles.map { json($0, log) }.reversed()),
            "edges": .array(tiles.flatMap(edges)),
        ])
    }

    private func json(_ tile: Tile, _ log: String) -> JSON {
        let (type, config): (String, JSON) =
            switch tile.kind {
            case .entry: ("entry", entryConfig)
            case .filter(let test): ("filter", test.json)
            case .split(let arms):
                (
                    "split",
                    [
                        "variants": .array(
                            arms.map { ["name": .string($0.name), "weight": .integer(Int64($0.weight))] })
                    ]
                )
            case .wait(let hours, let at): ("wait", Self.wait(hours, at))
            case .send(let fails):
                ("test.recorder", ["path": .string("\(log).\(tile.id)"), "answer": fails ? "fail" : "advance"])
            case .exit: ("exit", [:])
            }
        return ["id": .string(tile.id), "type": .string(type), "config": config]
    }

    private static func wait(_ hours: Int, _ at: Int?) -> JSON {
        var config: [String: JSON] = [:]
        if hours > 0 { (config["duration"], config["unit"]) = (.integer(Int64(hours)), "hours") }
        if let at { config["time_of_day"] = .string("\(at < 10 ? "0" : "")\(at):00") }
        return .object(config)
    }

    private var entryConfig: JSON {
        var config: [String: JSON] = [:]
        if pauseClock != .keepCounting { config["pause_clock"] = .string(pauseClock.rawValue) }
        if let reentry {
            var rules: [String: JSON] = ["after": ["duration": .integer(Int64(reentry.gapHours)), "unit": "hours"]]
            rules["max_entries"] = reentry.most.map { .integer(Int64($0)) }
            config["reentry"] = .object(rules)
        }
        return .object(config)
    }

    /// Unlabelled edges take the branches in order, so that only the first ones can go without; `failed` never can.
    private func edges(_ tile: Tile) -> [JSON] {
        let plain = tile.kind.branches.filter { $0 != "failed" }
        let taken = plain.prefix { tile.next[$0] != nil }
        let mayBePlain = !tile.isLabelled && !plain.dropFirst(taken.count).contains { tile.next[$0] != nil }
        return tile.kind.branches.compactMap { branch in
            guard let target = tile.next[branch] else { return nil }
            var edge: [String: JSON] = ["from": .string(tile.id), "to": .string(target)]
            if !mayBePlain || branch == "failed" { edge["branch"] = .string(branch) }
            return .object(edge)
        }
    }
}
