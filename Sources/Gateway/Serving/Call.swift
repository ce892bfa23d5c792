import Crypto
import HTTPServer
import Journeys
import Store

/// One request on its way through a handler: what was asked, by whom, on which route.
struct Call: Sendable {
    let head: RequestHead
    /// Empty for uploads, whose body streams.
    let body: [UInt8]
    let route: Route
    let parameters: Parameters
    /// Nil on routes for everyone.
    let principal: Principal?
    let rooms: Rooms
    /// Of a POST with an `Idempotency-Key`.
    let idempotency: Idempotency?

    /// Of calls that may change something.
    var requestID: String? {
        if case .get = head.method { return nil }
        return head.requestID
    }

    /// Who calls, as `created_by` says it.
    var actor: String { principal?.id ?? "" }

    var now: Int64 { rooms.clock.now() }

    /// The workspace of the path. The key's own when they agree, which saves making it anew.
    var workspaceID: String { principal?.workspaceID ?? text("workspace") ?? "" }

    /// A path parameter as text; nil when it is no UTF-8.
    func text(_ name: String) -> String? {
        guard let index = route.parameterNames.firstIndex(of: name) else { return nil }
        return String(validating: parameters[index], as: UTF8.self)
    }

    /// A path parameter that is a UUID, in lower case.
    /// - Throws: 404: nothing else was ever an id.
    func id(_ name: String) throws -> String {
        guard let text = text(name), let id = UUIDText.normalized(text) else { throw APIError.notFound(name) }
        return id
    }

    /// The same as its bits.
    func bits(_ name: String) throws -> UUIDBits {
        guard let index = route.parameterNames.firstIndex(of: name),
            let bits = parameters[index].withUnsafeBufferPointer({ UUIDBits($0) })
        else { throw APIError.notFound(name) }
        return bits
    }

    /// An object of this workspace whose id is in the path, as its GET shows it.
    /// - Parameters:
    ///   - name: of the parameter.
    ///   - read: finds it by the id; what it shows depends on control.db alone. Not asked while nothing there changes.
    /// - Throws: 404.
    func object(
        _ kind: ObjectKind, _ name: String, _ read: (ControlReader, _ id: String) throws -> ObjectText?
    ) throws -> Reply {
        let id = try bits(name)
        let object = try rooms.control.object(kind, workspaceID: workspaceID, id: id) { try read($0, id.text) }
        guard let object else { throw APIError.notFound(kind == .apiKey ? "API key" : name) }
        return Reply(body: object.bytes, etag: object.etag)
    }

    /// The body as JSON, with its content type checked.
    /// - Parameter levels: how much deeper it may be than others.
    /// - Throws: 415, 400.
    func json(deeper levels: Int = 0) throws -> JSON {
        try checkContentType()
        guard !body.isEmpty else {
            throw APIError(400, "invalid_json", "The request needs a JSON object as its body")
        }
        do throws(JSONParseError) {
            var limits = rooms.limits.json
            limits.depth += levels
            return try JSON.parse(body, limits: limits)
        } catch {
            switch error.kind {
            case .tooDeep: throw APIError(400, "too_deep", error.message)
            case .tooMany: throw APIError(400, "too_many_values", error.message)
            case .notJSON: throw APIError(400, "invalid_json", "The body is \(error.message)")
            }
        }
    }

    /// For calls whose body says nothing: it may be missing or `{}`.
    func expectNoBody() throws {
        if body.isEmpty { return }
        try BodyFields(try json(), known: []).finish()
    }

    /// - Throws: 415 for a body that is compressed.
    func expectPlainBody() throws {
        guard let encoding = head.headers[first: "content-encoding"], encoding.lowercased() != "identity" else {
            return
        }
        throw APIError(
            415, "unsupported_media_type", "Content-Encoding '\(encoding)' is not supported: send the body plain")
    }

    private func checkContentType() throws {
        try expectPlainBody()
        guard let type = head.headers[first: "content-type"], !type.isEmpty else { return }
        if MediaType(type).isJSON { return }
        throw APIError(415, "unsupported_media_type", "Content-Type must be application/json, not '\(type)'")
    }

    /// Runs a write and waits for it; with an `Idempotency-Key` its answer is kept in the same transaction. For workers.
    func commit(_ write: @escaping PreparedWrite) throws -> Reply {
        guard let idempotency else { return try rooms.control.write(write) }
        let now = now
        return try rooms.control.write { try idempotency.run(write, $0, now: now) }
    }

    /// Signs what this call changes in the audit log.
    var pen: AuditPen {
        AuditPen(
            AuditAuthor(
                keyID: principal?.id, role: principal?.role.rawValue ?? "", name: principal?.name ?? "",
                peer: head.peerAddress, requestID: requestID),
            workspaceID: principal?.workspaceID, at: now)
    }

    /// Notes a change that is not one of control.db, once it is done, and waits for the disk. For workers.
    func note(_ change: AuditChange) throws {
        let pen = pen
        try rooms.control.write { try pen.note(change, $0) }
    }

    /// A new id.
    func newID() throws -> String { try Crypto.uuid() }

    /// Where a resource of this workspace is found.
    func location(_ path: String) -> String { "/api/v1/workspaces/\(workspaceID)/\(path)" }
}
