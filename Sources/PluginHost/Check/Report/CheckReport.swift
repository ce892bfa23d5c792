import Journeys

/// What a check found out about a plugin file.
public struct CheckReport: Sendable {
    public var file: String
    public var sha256: String
    /// Empty while unknown, as are the next two.
    public var id = ""
    public var version = ""
    public var toolchain = ""
    public var sections: [Section] = []

    /// One thing that was looked at.
    public struct Section: Sendable {
        /// Stable: "file", "tables", "open" …
        public var name: String
        /// The tile or connector type; nil for what concerns the whole plugin.
        public var type: String?
        public var checks: [Check] = []
        /// What is worth knowing and neither right nor wrong.
        public var facts: [String] = []
        public var figures: [Figure] = []

        init(_ name: String, type: String? = nil) {
            self.name = name
            self.type = type
        }
    }

    public enum Result: String, Sendable { case passed, warning, error }

    /// A rule and how the plugin kept it.
    public struct Check: Sendable {
        public var rule: CheckRule
        public var result: Result
        /// A sentence for people; of a rule that was broken, how and where.
        public var message: String
        /// How often it was broken.
        public var count: Int
    }

    public struct Figure: Sendable {
        public var name: String
        public var value: Double
        public var unit: String
    }

    init(file: String, sha256: String) {
        self.file = file
        self.sha256 = sha256
    }

    public func count(_ result: Result) -> Int {
        sections.reduce(0) { $0 + $1.checks.filter { $0.result == result }.count }
    }

    /// Whether nothing is wrong: warnings are fine.
    public var isGood: Bool { count(.error) == 0 }

    /// All broken rules, with the section's name.
    public var findings: [(section: String, check: Check)] {
        sections.flatMap { section in section.checks.filter { $0.result != .passed }.map { (section.name, $0) } }
    }
}

extension CheckReport {
    /// Fields are stable: CI reads them.
    public var json: JSON {
        let sections = sections.map { section -> JSON in
            [
                "name": .string(section.name), "type": section.type.map { .string($0) } ?? .null,
                "checks": .array(
                    section.checks.map {
                        [
                            "rule": .string($0.rule.rawValue), "result": .string($0.result.rawValue),
                            "message": .string($0.message), "count": .integer(Int64($0.count)),
                        ]
                    }),
                "facts": .array(section.facts.map { .string($0) }),
                "figures": .array(
                    section.figures.map {
                        ["name": .string($0.name), "value": .number($0.value), "unit": .string($0.unit)]
                    }),
            ]
        }
        return [
            "file": .string(file), "sha256": .string(sha256), "id": .string(id), "version": .string(version),
            "toolchain": .string(toolchain), "ok": .bool(isGood), "passed": .integer(Int64(count(.passed))),
            "warnings": .integer(Int64(count(.warning))), "errors": .integer(Int64(count(.error))),
            "sections": .array(sections),
        ]
    }
}
