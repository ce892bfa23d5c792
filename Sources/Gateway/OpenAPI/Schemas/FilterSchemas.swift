import Journeys

/// The filter tree, which holds itself. What an operator takes is derived from `FilterOperator`.
enum FilterSchemas {
    static let all: [String: Schema] = [
        "FilterTree": Schema.one(of: [.ref("FilterGroup"), .ref("FilterCondition")])
            .with(
                "discriminator",
                [
                    "propertyName": "type",
                    "mapping": [
                        "and": "#/components/schemas/FilterGroup", "or": "#/components/schemas/FilterGroup",
                        "condition": "#/components/schemas/FilterCondition",
                    ],
                ]
            )
            .described(
                """
                At most \(FilterTree.maxNodes) nodes, \(FilterTree.maxDepth) deep. Every operator but the two null tests \
                is false for null, the negative ones too. Text compares byte by byte.
                """
            ).example(tree),
        "FilterGroup": .input(
            [
                "type": .words(["and", "or"]),
                "children": .array(of: .ref("FilterTree"), "", 1...FilterTree.maxNodes),
            ], required: ["type", "children"]
        ).example(tree),
        "FilterCondition": Schema.one(of: operands.map(condition)).example(leaf),
        "FilterCriteria": Schema.any(of: [
            .ref("FilterTree"), .input([:]).described("Nobody is asked anything."), emptyGroup,
            Schema(["type": "null"]),
        ]).described("`{}`, null or an empty group: everyone as an entry criterion, no one as an exit criterion.")
            .example(tree),
        "RelativeDate": .input(
            [
                "relative": .string(
                    "From the start of the run.", pattern: "^[+-]?[0-9]{1,6} (second|minute|hour|day|week)s?$",
                    example: "-30 days")
            ], required: ["relative"]
        ).example(["relative": "-30 days"]),
    ]

    private static let leaf: JSON = [
        "type": "condition", "condition_type": "property", "column": "orders", "operator": "greater_than_or_equal",
        "value": 2,
    ]
    private static let tree: JSON = [
        "type": "and",
        "children": [
            leaf,
            [
                "type": "condition", "condition_type": "property", "column": "last_order", "operator": "less_than",
                "value": ["relative": "-30 days"],
            ],
        ],
    ]

    private static let emptyGroup = Schema.input(
        ["type": .words(["and", "or"]), "children": .array(of: .any, "", 0...0)], required: ["type", "children"])

    private static let operands: [FilterOperator.Operand] = [.none, .scalar, .text, .ordered, .range, .list]

    private static func condition(_ operand: FilterOperator.Operand) -> Schema {
        let operators = FilterOperator.allCases.filter { $0.operand == operand }.map(\.rawValue)
        return .input(
            [
                "type": .constant("condition"), "condition_type": .constant("property"),
                "column": .string("A column of the model.", 1...(1 << 20), example: "orders"),
                "operator": .words(operators), "value": value(operand),
            ],
            required: ["type", "condition_type", "column", "operator"] + (operand == .none ? [] : ["value"]))
    }

    private static func value(_ operand: FilterOperator.Operand) -> Schema {
        switch operand {
        case .none: Schema(["type": "null"]).described("No value: null, or left out.")
        case .scalar: Schema.any(of: [Schema(["type": ["string", "number", "boolean"]]), .ref("RelativeDate")])
        case .text: .string()
        case .ordered: ordered
        case .range: .array(of: ordered, "Low and high, both included.", 2...2)
        case .list: .array(of: Schema(["type": ["string", "number"]]), "", 1...FilterTree.maxListValues)
        }
    }

    private static let ordered = Schema.any(of: [.number, .day, .instant, .ref("RelativeDate")])
}

extension Schema {
    /// A time of a request: in UTC, with at most six digits of fraction.
    static let instant = Schema.time.with(
        "pattern", #"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"#)
}
