import HTTPServer
import Journeys

/// What the router and `GatewayHandler` make true of every route.
extension Operation {
    func json(_ route: Route, tag: String, _ schemas: [String: Schema], links: [String: JSON]) -> JSON {
        var members: [String: JSON] = [
            "operationId": .string(id), "summary": .string(summary), "tags": [.string(tag)],
            "parameters": .array(parameters(route)), "security": Self.security(route.access),
            "responses": .object(responses(route, schemas, links)),
        ]
        if !details.isEmpty { members["description"] = .string(details) }
        if !bodies.isEmpty {
            members["requestBody"] = ["required": .bool(isBodyRequired), "content": content(bodies, schemas)]
        }
        return .object(members)
    }

    private var isPost: Bool { method == .post }

    private func parameters(_ route: Route) -> [JSON] {
        func component(_ name: String) -> JSON { ["$ref": .string("#/components/parameters/\(name)")] }
        var parameters = route.parameterNames.map(component)
        if route.parameterNames.first == "workspace" { parameters.append(component("X-Workspace-ID")) }
        if keepsAnswer(route) { parameters.append(component("Idempotency-Key")) }
        if isVersioned, method == .get { parameters.append(component("If-None-Match")) }
        if looksAtVersion { parameters.append(component("If-Match")) }
        if case .subscribe = route.action { parameters.append(component("Last-Event-ID")) }
        parameters += ["X-Request-Id", "traceparent"].map(component)
        return parameters + query
    }

    /// PUT and DELETE of a resource that has an ETag, and what says that it answers 412.
    private var looksAtVersion: Bool { isVersioned && (method == .put || method == .delete) || refusals[412] != nil }

    private func keepsAnswer(_ route: Route) -> Bool {
        if case .stream = route.action { return false }
        return isPost && route.access != .viewer
    }

    /// Roles stand where OAuth has scopes, as OpenAPI 3.1 lets them.
    private static func security(_ access: Access) -> JSON {
        switch access {
        case .everyone: []
        case .anyKey: [["workspaceKey": []], ["serverKey": []]]
        case .viewer: [["workspaceKey": ["viewer"]]]
        case .editor: [["workspaceKey": ["editor"]]]
        case .admin: [["workspaceKey": ["admin"]]]
        case .server: [["serverKey": ["operator"]]]
        case .anyAdmin: [["workspaceKey": ["admin"]], ["serverKey": ["operator"]]]
        }
    }

    // MARK: Answers

    private func responses(_ route: Route, _ schemas: [String: Schema], _ links: [String: JSON]) -> [String: JSON] {
        var responses = [String(status): success(route, schemas, links)]
        for status in refusedStatuses(route) {
            responses[String(status)] =
                refusals[status].map { ErrorAnswers.answer(status, $0) }
                ?? ["$ref": .string("#/components/responses/\(status)")]
        }
        if isVersioned, method == .get { responses["304"] = ["$ref": "#/components/responses/304"] }
        return responses
    }

    private func refusedStatuses(_ route: Route) -> Set<Int> {
        var statuses: Set<Int> = [400, 429, 500, 503]
        if route.access != .everyone { statuses.insert(401) }
        if route.access != .everyone, route.access != .anyKey { statuses.insert(403) }
        if route.parameterNames.contains(where: { $0 != "workspace" }) { statuses.insert(404) }
        if !bodies.isEmpty { statuses.formUnion([408, 413, 415, 422]) }
        if !query.isEmpty { statuses.insert(422) }
        // The same key with another body; the same one while the first request is at work.
        if keepsAnswer(route) { statuses.formUnion([409, 422]) }
        if looksAtVersion { statuses.insert(412) }
        return statuses.union(refusals.keys)
    }

    private func success(_ route: Route, _ schemas: [String: Schema], _ links: [String: JSON]) -> JSON {
        var headers: [String: JSON] = [:]
        func header(_ name: String) { headers[name] = ["$ref": .string("#/components/headers/\(name)")] }
        header("X-Request-Id")
        if isVersioned, method != .delete { header("ETag") }
        if made != nil { header("Location") }
        if keepsAnswer(route) { header("Idempotent-Replayed") }
        var members: [String: JSON] = [
            "description": .string(status == 201 ? "Made." : "Done."), "content": content(answers, schemas),
            "headers": .object(headers),
        ]
        if !links.isEmpty { members["links"] = .object(links) }
        return .object(members)
    }

    private func content(_ types: [(type: String, schema: Schema)], _ schemas: [String: Schema]) -> JSON {
        let types = types.map { type, schema -> (String, JSON) in
            (type, ["schema": schema.json, "example": Example(schemas).value(of: schema.json)])
        }
        return .object(Dictionary(types) { $1 })
    }
}
