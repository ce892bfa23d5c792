import HTTPServer
import Journeys
import Testing

@testable import Gateway

/// The API's description against the router, against itself, and against what is served.
@Suite struct OpenAPITests {
    private let document = OpenAPIDocument.json

    @Test func everyRouteIsDescribedAndEveryDescriptionIsARoute() {
        let routes = Set(Routes.all.map { "\($0.method) \($0.pattern)" })
        let descriptions = OpenAPIDocument.groups.flatMap(\.operations).map { "\($0.method) \($0.pattern)" }
        #expect(Set(descriptions).subtracting(routes).isEmpty, "described, and no route")
        #expect(routes.subtracting(descriptions).isEmpty, "not described: see Sources/Gateway/OpenAPI/Operations")
        #expect(Set(descriptions).count == descriptions.count, "described twice")
        #expect(operations.count == routes.count)
    }

    @Test func pathsParametersAndSecurityAreThoseOfTheRouter() {
        for route in Routes.all {
            let operation = operation(route)
            let parameters = (operation["parameters"]?.arrayValue ?? []).map(resolved)
            let names = parameters.filter { $0["in"] == "path" }.map { $0["name"]?.stringValue }
            #expect(names == route.parameterNames, "\(route.pattern)")
            #expect(parameters.allSatisfy { $0["in"] != "path" || $0["required"] == true })
            let schemes = Set((operation["security"]?.arrayValue ?? []).flatMap { ($0.objectValue ?? [:]).keys })
            let expected: Set<String> =
                switch route.access {
                case .everyone: []
                case .anyKey, .anyAdmin: ["workspaceKey", "serverKey"]
                case .server: ["serverKey"]
                default: ["workspaceKey"]
                }
            #expect(schemes == expected, "\(route.pattern)")
            #expect(
                (operation["responses"]?["401"] != nil) == (route.access != .everyone || route.pattern == "/metrics"))
        }
    }

    @Test func operationsHaveTheirOwnIdsAndKnownTags() {
        let ids = operations.compactMap { $0["operationId"]?.stringValue }
        #expect(ids.count == operations.count && Set(ids).count == ids.count)
        let tags = Set((document["tags"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
        for operation in operations {
            let summary = operation["summary"]?.stringValue ?? ""
            #expect(!summary.isEmpty && !summary.hasSuffix("."), "\(summary)")
            #expect(operation["tags"]?[0]?.stringValue.map(tags.contains) == true, "\(summary)")
        }
    }

    /// References lead somewhere, and links to operations that there are.
    @Test func everyReferenceResolves() {
        let ids = Set(operations.compactMap { $0["operationId"]?.stringValue })
        var used: Set<String> = []
        func walk(_ node: JSON) {
            if let ref = node["$ref"]?.stringValue {
                #expect(document.value(at: String(ref.dropFirst())) != nil, "\(ref)")
                used.insert(ref)
            }
            for target in (node["discriminator"]?["mapping"]?.objectValue ?? [:]).values {
                #expect(document.value(at: String((target.stringValue ?? "#").dropFirst())) != nil, "\(target)")
            }
            for link in (node["links"]?.objectValue ?? [:]).values {
                #expect(link["operationId"]?.stringValue.map(ids.contains) == true)
            }
            for member in (node.objectValue ?? [:]).values { walk(member) }
            for element in node.arrayValue ?? [] { walk(element) }
        }
        walk(document)
        for kind in ["schemas", "responses", "parameters", "headers"] {
            for name in (document["components"]?[kind]?.objectValue ?? [:]).keys {
                #expect(used.contains("#/components/\(kind)/\(name)"), "nothing uses \(kind)/\(name)")
            }
        }
    }

    @Test func everyExampleFitsItsSchema() {
        let check = SchemaCheck(document: document, isStrict: true)
        var count = 0
        func walk(_ node: JSON, at place: String) {
            guard case .object(let members) = node else {
                for (index, element) in (node.arrayValue ?? []).enumerated() { walk(element, at: "\(place)/\(index)") }
                return
            }
            // A media type's example, and those of a schema, which is known by what it says of its values.
            var pairs = (members["schema"].flatMap { schema in members["example"].map { [($0, schema)] } }) ?? []
            if members["type"] != nil || members["oneOf"] != nil || members["anyOf"] != nil {
                pairs += (members["examples"]?.arrayValue ?? []).map { ($0, node) }
            }
            for (example, schema) in pairs {
                count += 1
                let problems = check.problems(example, schema)
                #expect(problems.isEmpty, "\(place): \(problems.prefix(3).joined(separator: "; "))")
            }
            for (name, member) in members where name != "example" && name != "examples" {
                walk(member, at: place + "/" + name)
            }
        }
        walk(document, at: "")
        #expect(count > 200)
    }

    @Test func everyAnswerThatSucceedsHasAnExample() {
        for operation in operations {
            for (status, answer) in operation["responses"]?.objectValue ?? [:] where status.hasPrefix("2") {
                let types = answer["content"]?.objectValue ?? [:]
                #expect(!types.isEmpty && types.values.allSatisfy { $0["example"].map { !$0.isNull } == true })
            }
        }
    }

    /// The checker itself can fail.
    @Test func whatDoesNotFitIsFound() {
        let check = SchemaCheck(document: document, isStrict: true)
        let journey = Schema.ref("Journey").json
        guard case .object(var members) = Example(OpenAPIDocument.schemas).value(of: journey) else {
            return #expect(Bool(false))
        }
        #expect(check.problems(.object(members), journey).isEmpty)
        members["status"] = "lost"
        members["entry_criteria"] = ["type": "and", "children": [["type": "or", "children": [["type": "not"]]]]]
        members["colour"] = "red"
        members["name"] = nil
        let problems = check.problems(.object(members), journey).joined(separator: "\n")
        for part in ["/status: must be one of", "/entry_criteria", "/colour: nothing may be here", "name is missing"] {
            #expect(problems.contains(part), "\(part) is not in \(problems)")
        }
    }

    private var operations: [JSON] {
        (document["paths"]?.objectValue ?? [:]).values.flatMap { ($0.objectValue ?? [:]).values }
    }

    private func operation(_ route: Route) -> JSON {
        document["paths"]?[route.pattern]?[route.method.description.lowercased()] ?? .null
    }

    private func resolved(_ node: JSON) -> JSON {
        node["$ref"]?.stringValue.flatMap { document.value(at: String($0.dropFirst())) } ?? node
    }
}
