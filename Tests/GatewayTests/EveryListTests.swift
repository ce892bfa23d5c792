import HTTPServer
import Journeys
import TestSupport
import Testing

@testable import Gateway

/// What all lists have in common, of every route whose description says that it answers one: a new list can't be missed.
@Suite struct EveryListTests {
    struct List: Sendable, CustomTestStringConvertible {
        var route: Route
        /// Names of its query parameters, and the words that each may be, where it has such.
        var parameters: [(name: String, words: [String])]
        var testDescription: String { route.pattern }

        func has(_ name: String) -> Bool { parameters.contains { $0.name == name } }
    }

    static let lists: [List] = Routes.all.compactMap { route in
        let document = OpenAPIDocument.json
        let operation = document["paths"]?[route.pattern]?["get"]
        let schema = operation?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
        let isList = schema?["oneOf"]?[0]?["type"] == "array" || schema?["properties"]?["data"] != nil
        guard route.method == .get, isList else { return nil }
        let parameters = (operation?["parameters"]?.arrayValue ?? [])
            .map { node in node["$ref"]?.stringValue.flatMap { document.value(at: String($0.dropFirst())) } ?? node }
            .filter { $0["in"] == "query" }
            .map {
                ($0["name"]?.stringValue ?? "", ($0["schema"]?["enum"]?.arrayValue ?? []).compactMap(\.stringValue))
            }
        return List(route: route, parameters: parameters)
    }

    @Test func allAreFound() {
        let patterns = Set(Self.lists.map { $0.route.pattern.split(separator: "/").last ?? "" })
        #expect(
            patterns == [
                "journeys", "versions", "runs", "members", "dead-letters", "api-keys", "audit", "sources", "schemas",
                "tables", "columns", "models", "destinations", "fields", "tile-types", "connector-types", "workspaces",
                "plugins",
            ])
        // Those that go on with a cursor alone are of members, their failures, and changes: nobody counts those.
        for list in Self.lists where !list.has("page") {
            #expect(["members", "dead-letters", "audit"].contains { list.route.pattern.hasSuffix("/" + $0) })
        }
        let neither = Self.lists.filter { $0.has("page") && !$0.has("search") }.map(\.route.pattern)
        #expect(neither.allSatisfy { $0.hasSuffix("/versions") || $0.hasSuffix("/runs") }, "\(neither)")
    }

    @Test(arguments: lists) func whatItDoesNotTakeIsRefusedByName(_ list: List) throws {
        let refused = try ask(list, "?colour=red")
        #expect(refused.status == 400 && refused.text.contains("'colour' is unknown"), "\(refused.text)")
        for (name, _) in list.parameters {
            #expect(refused.text.contains(name), "\(name) is not in \(refused.text)")
        }
        let near = try ask(list, "?limti=1")
        #expect(near.status == 400 && near.text.contains("'limti' is unknown"), "\(near.text)")
        let name = list.has("page") ? "page" : "limit"
        let twice = try ask(list, "?\(name)=1&\(name)=1")
        #expect(twice.status == 400 && twice.text.contains("given twice"), "\(twice.text)")
    }

    @Test(arguments: lists.filter { $0.has("page") }) func itHasPages(_ list: List) throws {
        let whole = try items(ask(list))
        let first = try JSON.parse(ask(list, "?page_size=1").body)
        #expect(first["data"]?.arrayValue?.count == min(1, whole.count), "\(first.text)")
        let rest: JSON = ["page": 1, "page_size": 1, "total": .integer(Int64(whole.count))]
        #expect(first["pagination"] == rest, "\(first.text)")
        let beyond = try JSON.parse(ask(list, "?page=1000").body)
        #expect(beyond["data"] == [], "\(beyond.text)")
        for wrong in ["page=0", "page_size=101", "page=x"] { #expect(try ask(list, "?" + wrong).status == 422) }
    }

    @Test(arguments: lists.filter { $0.has("search") }) func itIsSearchedAndSorted(_ list: List) throws {
        #expect(try items(ask(list, "?search=no-such-name%25")).isEmpty)
        #expect(try ask(list, "?search=\(String(repeating: "x", count: 256))").status == 422)
        let whole = try items(ask(list))
        let words = try #require(list.parameters.first { $0.name == "sort" }).words
        for word in words {
            let sorted = try items(ask(list, "?sort=\(word)"))
            #expect(Set(sorted.map(Self.name)) == Set(whole.map(Self.name)))
            guard let field = word.hasPrefix("-") ? nil : Optional(word) else { continue }
            let keys = sorted.compactMap { $0[field] }
            #expect(keys.count == sorted.count, "\(field) is what it shows")
            let texts = keys.compactMap(\.stringValue)
            #expect(texts.elementsEqual(texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }))
            let back = try items(ask(list, "?sort=-\(field)")).compactMap { $0[field] }
            #expect(back == keys.reversed())
        }
        #expect(try ask(list, "?sort=colour").status == 422)
    }

    @Test(arguments: lists.filter { $0.has("status") || $0.has("state") }) func itIsFilteredByStatus(_ list: List)
        throws
    {
        let name = list.has("state") ? "state" : "status"
        // Of runs none may end meanwhile.
        let fixture = try RestFixture.ofEveryList.get()
        try eventually {
            try fixture.workspace.json("GET", fixture.fill("/journeys/{active}/runs/{run}"))["status"] == "completed"
        }
        let whole = try items(ask(list, list.has("page") ? "" : "?limit=1000"))
        let present = Set(whole.compactMap { $0[name]?.stringValue })
        #expect(whole.isEmpty || !present.isEmpty, "\(name) is what it shows")
        for status in present {
            let found = try items(ask(list, "?\(name)=\(status)"))
            let expected = whole.filter { $0[name]?.stringValue == status }
            #expect(found.map(Self.name) == expected.map(Self.name), "\(status)")
        }
        #expect(try ask(list, "?\(name)=lost").status == 422)
    }

    private func ask(_ list: List, _ query: String = "") throws -> HTTPClient.Answer {
        let fixture = try RestFixture.ofEveryList.get()
        let things = [
            "workspace": "{w}", "journey": "{active}", "source": "{s}", "destination": "{d}", "schema": "main",
            "table": "customers",
        ]
        let path = things.reduce(list.route.pattern) { $0.replacing("{\($1.key)}", with: fixture.fill($1.value)) }
        let isForServer = if case .server = list.route.access { true } else { false }
        let key = isForServer ? fixture.gateway.operatorKey : fixture.workspace.key
        let answer = try fixture.gateway.client().request(
            "GET", path + query, headers: [("Authorization", "Bearer \(key)")])
        DescribedAnswer.check("GET", path, answer)
        return answer
    }

    /// Figures and counts change by themselves.
    private static func name(_ item: JSON) -> JSON { item["id"] ?? item["key"] ?? item["name"] ?? item }

    private func items(_ answer: HTTPClient.Answer) throws -> [JSON] {
        let json = try JSON.parse(answer.body)
        return try #require(json.arrayValue ?? json["data"]?.arrayValue, "\(answer.status) \(answer.text)")
    }
}
