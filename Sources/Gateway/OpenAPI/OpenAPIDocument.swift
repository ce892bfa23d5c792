import HTTPServer
import Journeys

/// The description of the API in OpenAPI 3.1, put together once from the router's routes and what is said of them.
public enum OpenAPIDocument {
    /// As it is served at `/api/v1/openapi.json`.
    public static let json = make(Routes.all)
    static let bytes = json.serialized()

    /// What is said, by group.
    static let groups: [OperationGroup] = [
        JourneyOperations.group, VersionOperations.group, ExchangeOperations.group, RunOperations.group,
        MemberOperations.group, DeadLetterOperations.group, KeyOperations.group, AuditOperations.group,
        SourceOperations.group, ModelOperations.group, DestinationOperations.group,
        CatalogOperations.group, WorkspaceOperations.group, PluginOperations.group, ServerOperations.group,
    ]

    static let schemas: [String: Schema] = [
        CommonSchemas.all, FilterSchemas.all, JourneySchemas.all, VersionSchemas.all, ExchangeSchemas.all,
        RunSchemas.all, SimulationSchemas.all, MemberSchemas.all, SourceSchemas.all, ModelSchemas.all,
        DestinationSchemas.all, DeliverySchemas.all,
        PluginSchemas.all, AuditSchemas.all,
    ].reduce(into: [:]) { $0.merge($1) { $1 } }

    /// Routes without a description are left out: a test tells of them.
    static func make(_ routes: [Route]) -> JSON {
        var paths: [String: JSON] = [:]
        let described: [(route: Route, operation: Operation, tag: String)] = routes.compactMap { route in
            guard let (operation, tag) = find(route) else { return nil }
            return (route, operation, tag)
        }
        for (route, operation, tag) in described {
            let links = operation.made.map { made in Self.links(to: made, described) } ?? [:]
            var path = paths[route.pattern]?.objectValue ?? [:]
            path[route.method.description.lowercased()] = operation.json(route, tag: tag, schemas, links: links)
            paths[route.pattern] = .object(path)
        }
        return [
            "openapi": "3.1.0", "info": Self.info, "servers": [["url": "/", "description": "This gateway"]],
            "tags": .array(groups.map { ["name": .string($0.name), "description": .string($0.description)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas.mapValues(\.json)), "responses": ErrorAnswers.components,
                "parameters": CommonParameters.all, "headers": CommonParameters.headers,
                "securitySchemes": securitySchemes,
            ],
        ]
    }

    private static func find(_ route: Route) -> (Operation, tag: String)? {
        for group in groups {
            for operation in group.operations
            where operation.method == route.method && operation.pattern == route.pattern {
                return (operation, group.name)
            }
        }
        return nil
    }

    /// From what was made to each call on it.
    private static func links(
        to made: String, _ described: [(route: Route, operation: Operation, tag: String)]
    ) -> [String: JSON] {
        guard let names = described.first(where: { $0.route.pattern == made })?.route.parameterNames,
            let last = names.last
        else { return [:] }
        var parameters: [String: JSON] = [:]
        for name in names.dropLast() { parameters[name] = .string("$request.path.\(name)") }
        parameters[last] = "$response.body#/id"
        var links: [String: JSON] = [:]
        for (route, operation, _) in described where route.pattern.hasPrefix(made) && route.parameterNames == names {
            links[operation.id] = ["operationId": .string(operation.id), "parameters": .object(parameters)]
        }
        return links
    }

    private static let securitySchemes: JSON = [
        "workspaceKey": [
            "type": "http", "scheme": "bearer",
            "description": """
            A key of the workspace, `sk_live_…`. Roles: `viewer` reads, `editor` also writes journeys, models and rows, \
            `admin` also sources, destinations and keys; each may do what the ones before it may.
            """,
        ],
        "serverKey": [
            "type": "http", "scheme": "bearer",
            "description": """
            A key of the server, `op_live_…`, made by `tessera key create --role operator`: workspaces and plugins, \
            nothing inside a workspace.
            """,
        ],
    ]

    private static let info: JSON = [
        "title": "Tessera", "version": "1.0",
        "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
        "summary": "A gateway for customer journeys.",
        "description": """
        A *journey* takes *members* through *tiles* that are joined by *edges*. Members are the rows of a *model*, one \
        SELECT over a *source*; a *sync* tile sends them to a *destination*. A *run* does it.

        Every error is `{"error", "code", "request_id"}`, with `problems` where fields are at fault. A path that has no \
        such method answers 405 with `Allow`, a path that does not exist 404. What breaks HTTP itself is answered by \
        400, 408, 414, 417, 431, 501 or 505, with the same body. HEAD is answered as GET is, without the body.

        Every answer has an `X-Request-Id`: the one that the request had, if that was 1 to 64 letters, digits or `-._:`, \
        else one of the gateway's. Its log, and the `request_id` of errors, name the request by it.

        Times are UTC, ids lower-case UUIDs. What GET gave can be PUT back: fields that only the server sets are ignored, \
        unknown ones refused.
        """,
    ]
}

/// Operations that belong together.
struct OperationGroup: Sendable {
    let name: String
    let description: String
    let operations: [Operation]
}
