import HTTPServer
import Journeys
import Store

/// What people are told of one route. What the router knows itself (parameters of the path, who may, the common errors) is
/// added in `Operation+Route.swift`.
struct Operation: Sendable {
    let method: HTTPMethod
    /// As in `Routes`.
    let pattern: String
    let id: String
    let summary: String
    let details: String

    /// Of the query.
    private(set) var query: [JSON] = []
    private(set) var bodies: [(type: String, schema: Schema)] = []
    private(set) var isBodyRequired = true
    private(set) var status = 200
    private(set) var answers: [(type: String, schema: Schema)] = []
    /// Whether the answer has an ETag.
    private(set) var isVersioned = false
    /// The pattern of the resource that it makes.
    private(set) var made: String?
    /// Statuses whose reasons are its own.
    private(set) var refusals: [Int: String] = [:]

    init(_ method: HTTPMethod, _ pattern: String, _ id: String, _ summary: String, _ details: String = "") {
        self.method = method
        self.pattern = pattern
        self.id = id
        self.summary = summary
        self.details = details
    }

    // MARK: Saying it

    /// A list: a bare array, or a page of it.
    func lists<Item>(_ item: Schema, _ listing: ListAtHand<Item>) -> Operation {
        var operation = lists(item)
        if let status = listing.status {
            operation = operation.asks(
                status.parameter, "One or several, with commas between them.", .listOf(status.known))
        }
        return operation.searched(listing.searched).sorted(listing.orders.map(\.name), "As listed if left out.")
    }

    /// The same of one that is neither searched nor sorted.
    func lists(_ item: Schema) -> Operation {
        var operation = self
        operation.query = [["$ref": "#/components/parameters/page"], ["$ref": "#/components/parameters/page_size"]]
        return operation.answers(.one(of: [.array(of: item), .page(of: item)]))
    }

    /// A list that can also be taken from place to place, and of objects with these statuses.
    func listsByPlaces(_ item: Schema, statuses: [String]) -> Operation {
        var operation = self
        operation.query = ["page", "page_size", "cursor", "limit"].map {
            ["$ref": .string("#/components/parameters/\($0)")]
        }
        operation = operation.answers(.one(of: [.array(of: item), .page(of: item), .cursorPage(of: item)]))
        if statuses.isEmpty { return operation }
        return operation.asks("status", "One or several, with commas between them.", .listOf(statuses))
    }

    /// A list of objects with a name: found by it, and sorted.
    func listsByName(_ item: Schema, statuses: [String]) -> Operation {
        listsByPlaces(item, statuses: statuses).searched("the name")
            .sorted(ListQuery.Sort.allCases.map(\.rawValue), "In the order of creation if left out.")
    }

    private func searched(_ what: String) -> Operation {
        asks(
            "search", "Part of \(what). ASCII letters of either case are the same; no sign has a special meaning.",
            .string("", 0...255, example: "thank"))
    }

    private func sorted(_ orders: [String], _ preset: String) -> Operation {
        asks(
            "sort", "`-` turns it around. Texts are in the order of their UTF-8 bytes. \(preset)",
            .words(orders + orders.map { "-" + $0 }))
    }

    func asks(_ name: String, _ description: String, _ schema: Schema) -> Operation {
        var operation = self
        operation.query.append([
            "name": .string(name), "in": "query", "description": .string(description), "schema": schema.json,
        ])
        return operation
    }

    func takes(_ schema: Schema, as type: String = "application/json", optional: Bool = false) -> Operation {
        var operation = self
        operation.bodies.append((type, schema))
        operation.isBodyRequired = !optional
        return operation
    }

    /// The body says nothing: it may be missing or `{}`.
    var takesNothing: Operation { takes(.input([:]).example([:]), optional: true) }

    func answers(_ schema: Schema, as type: String = "application/json") -> Operation {
        var operation = self
        operation.answers.append((type, schema))
        return operation
    }

    /// `{"status": …}`.
    func answers(status: String) -> Operation { answers(.object(["status": .constant(.string(status))])) }

    /// 201 with the way to what was made.
    func makes(_ pattern: String, _ schema: Schema) -> Operation {
        var operation = answers(schema)
        operation.status = 201
        operation.made = pattern
        return operation
    }

    var versioned: Operation {
        var operation = self
        operation.isVersioned = true
        return operation
    }

    func refuses(_ status: Int, _ why: String) -> Operation {
        var operation = self
        operation.refusals[status] = why
        return operation
    }
}

extension Schema {
    /// A page of a list.
    static func page(of item: Schema) -> Schema {
        .object(["data": .array(of: item), "pagination": .ref("Pagination")])
    }

    /// One or several of these words with commas between them.
    static func listOf(_ words: [String]) -> Schema {
        let word = "(" + words.joined(separator: "|") + ")"
        return string(pattern: "^\(word)(,\(word))*$", example: words.prefix(2).joined(separator: ","))
    }

    /// Where a list goes on.
    static let cursor = string("Opaque.")

    /// A page of a list that goes on with a cursor.
    static func cursorPage(of item: Schema) -> Schema {
        .object([
            "data": .array(of: item),
            "next_cursor": .string("For `cursor` of the next call; null at the end. A short page may have one.")
                .nullable,
        ])
    }
}
