import Glibc
import HTTPServer
import Journeys
import Platform
import Store

/// Takes requests from the server: finds the route, checks the caller, and has the route's action run where it belongs.
final class GatewayHandler: HTTPHandler {
    /// What is read of a body whose request is refused anyway, so that its connection lives on.
    private static let refusedBodyLimit = 16 << 10
    /// Up to here a body is parsed on the reactor.
    private static let inlineBodyLimit = 16 << 10

    let rooms: Rooms
    private let router: Router
    private let workers: WorkerPool
    private let slowWorkers: WorkerPool
    let idempotentCalls = IdempotentCalls()
    private let rates: RateLimits
    private let observer: RequestObserver

    init(rooms: Rooms, router: Router, observer: RequestObserver, workers: WorkerPool, slowWorkers: WorkerPool) {
        self.rooms = rooms
        rates = rooms.rates
        self.router = router
        self.observer = observer
        self.workers = workers
        self.slowWorkers = slowWorkers
    }

    // All reads of one wake share a read transaction.
    func wakeBegan() { rooms.control.beginReads() }
    func wakeEnded() { rooms.control.endReads() }

    func answered(_ request: AnsweredRequest, _ lines: inout LogLines) { observer.answered(request, &lines) }

    /// Bodies are read only from callers that may send them; uploads go to their consumer.
    func bodyPolicy(_ head: RequestHead) -> BodyPolicy {
        if head.method == .get || head.method == .head { return .collect(limit: Self.refusedBodyLimit) }
        var isCounted = false
        let now = rooms.clock.now()
        do {
            let call = try call(head, body: [], now: now)
            guard case .upload(let begin) = call.route.action else { return .collect(limit: rooms.limits.bodyBytes) }
            isCounted = true
            try rates.admit(head.peer, now: now)
            try rates.admit(call.principal, now: now)
            return .stream(try begin(call))
        } catch {
            // `handle` finds the same fault, when the connection can go on after it; but a rate it would count again.
            let isLimited = (error as? APIError)?.code == RateLimits.code
            let isShort = (head.headers[first: "content-length"].flatMap { Int($0) } ?? 0) <= Self.refusedBodyLimit
            if isShort, !isLimited, !head.headers.contains("transfer-encoding") {
                return .collect(limit: Self.refusedBodyLimit)
            }
            let refusal = isCounted ? error : counted(error, head, now: now)
            return .refuse(known(refusal, requestID: head.requestID).response(requestID: head.requestID))
        }
    }

    /// What a request is answered that is refused before `handle` could count it.
    private func counted(_ error: any Error, _ head: RequestHead, now: Int64) -> any Error {
        do {
            try rates.admit(head.peer, now: now)
            return countedByKey(error, head, now: now)
        } catch { return error }
    }

    /// What a request is answered that is refused before its key was counted.
    private func countedByKey(_ error: any Error, _ head: RequestHead, now: Int64) -> any Error {
        do {
            // A key that was just found to be none is not looked up again.
            let isKnown = (error as? APIError)?.status != 401
            try rates.admit(isKnown ? try? rooms.authenticator.authenticate(head, now: now) : nil, now: now)
            return rates.answer(to: error, head.peer)
        } catch { return error }
    }

    /// What the server refuses counts as well: nobody may hammer for free.
    func unhandled(_ head: RequestHead?, from peer: Peer, requestID: String) -> Response? {
        let now = rooms.clock.now()
        do {
            try rates.admit(peer, now: now)
            guard let head else { return nil }
            let call: Call
            do { call = try self.call(head, body: [], now: now) } catch { throw countedByKey(error, head, now: now) }
            try rates.admit(call.principal, now: now)
            return nil
        } catch {
            guard let limited = error as? APIError, limited.code == RateLimits.code else { return nil }
            return limited.response(requestID: requestID)
        }
    }

    func handle(_ request: Request, _ responder: Responder) {
        let head = request.head
        do {
            let now = rooms.clock.now()
            try rates.admit(head.peer, now: now)
            if case .options = head.method, let answer = options(head) { return responder.respond(answer) }
            let call: Call
            do { call = try self.call(head, body: request.body, now: now) } catch {
                return refuse(countedByKey(error, head, now: now), responder)
            }
            responder.mark(call.route.number)
            try rates.admit(call.principal, now: now)
            try dispatch(call, responder)
        } catch {
            refuse(rates.answer(to: error, head.peer), responder)
        }
    }

    /// Routes and authorises.
    private func call(_ head: RequestHead, body: [UInt8], now: Int64) throws -> Call {
        switch router.match(head.method, head.pathBytes) {
        case .found(let route, let parameters):
            return Call(
                head: head, body: body, route: route, parameters: parameters,
                principal: try principal(head, route, parameters, now: now), rooms: rooms,
                idempotency: try Self.idempotency(head, route, body))
        case .wrongMethod(let allowed):
            throw APIError(
                405, "method_not_allowed", "\(head.method) is not possible here: see the Allow header",
                headers: [("Allow", allowed.map(\.description).joined(separator: ", "))])
        case .unknown: throw APIError(404, "not_found", "There is no such path: \(head.path)")
        case .malformed: throw APIError(400, "invalid_request", "A '%' in the path is not followed by two hex digits")
        }
    }

    /// Of a call that may change something. Who only looks keeps no answers: they can be large, and the next look is as good.
    private static func idempotency(_ head: RequestHead, _ route: Route, _ body: [UInt8]) throws -> Idempotency? {
        guard case .post = head.method, let key = head.headers[first: "idempotency-key"], route.access != .viewer
        else { return nil }
        guard head.headers.all("idempotency-key").count == 1 else {
            throw APIError(400, "invalid_request", "Idempotency-Key is given twice: send one")
        }
        return try Idempotency(key: key, path: head.path + (head.query.map { "?" + $0 } ?? ""), body: body)
    }

    private func principal(
        _ head: RequestHead, _ route: Route, _ parameters: Parameters, now: Int64
    ) throws -> Principal? {
        if route.access == .everyone { return nil }
        let principal = try rooms.authenticator.authenticate(head, now: now)
        if route.isInWorkspace {
            let workspace = parameters[0]
            if let header = head.headers.bytes(first: "x-workspace-id"), !Self.sameID(header, workspace) {
                throw APIError(403, "other_workspace", "X-Workspace-ID must be the workspace id of the path")
            }
            if let own = principal.workspaceID, !Self.sameID(own.utf8, workspace) {
                throw APIError(403, "other_workspace", "The API key belongs to another workspace")
            }
        }
        guard principal.may(route.access), !route.isInWorkspace || principal.workspaceID != nil else {
            let need =
                switch route.access {
                case .server: "a server key (role operator)"
                case .admin: "a key with role admin"
                case .anyAdmin: "a key with role admin, or a server key"
                case .editor: "a key with role editor or admin"
                default: "a key of this workspace"
                }
            throw APIError(403, "forbidden", "A key with role \(principal.role.rawValue) may not do this: use \(need)")
        }
        return principal
    }

    /// UUIDs are compared without regard to case.
    private static func sameID(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        // Nearly always they are written alike, and contiguous.
        let isSame = a.withContiguousStorageIfAvailable { a in
            b.withContiguousStorageIfAvailable { b in
                guard let first = a.baseAddress, let second = b.baseAddress else { return true }
                return memcmp(first, second, a.count) == 0
            }
        }
        if isSame == .some(.some(true)) { return true }
        return zip(a, b).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 | 0x20 && $0 >= 0x41 && $1 >= 0x41) }
    }

    private func options(_ head: RequestHead) -> Response? {
        guard case .wrongMethod(let allowed) = router.match(.options, head.pathBytes) else { return nil }
        return Response(
            status: 204, headers: [("Allow", allowed.map(\.description).joined(separator: ", "))])
    }
}

extension GatewayHandler {
    private func dispatch(_ call: Call, _ responder: Responder) throws {
        if let idempotency = call.idempotency, try isRepeated(idempotency, call, responder) { return }
        switch call.route.action {
        case .read(let handler): try finish(handler(call), call, responder)
        case .work(let handler): try submit(workers, call, responder, handler)
        case .slow(let handler): try submit(slowWorkers, call, responder, handler)
        case .write(let prepare):
            if call.body.count <= Self.inlineBodyLimit {
                try write(prepare(call), call, responder)
            } else {
                try enqueue(workers, responder) { [self] in try write(prepare(call), call, responder) }
            }
        case .stream(let handler):
            try enqueue(slowWorkers, responder, for: call.principal?.workspaceID) { try handler(call, responder) }
        case .subscribe(let handler):
            try enqueue(workers, responder) { try handler(call, responder) }
        case .upload(let begin):
            // Here come uploads that `bodyPolicy` refused: the same fault is thrown again.
            try begin(call).aborted()
            throw APIError.busy
        }
    }

    /// Gives a kept answer again. What a call needs may have changed since: it is asked for before anything is looked at.
    private func isRepeated(_ idempotency: Idempotency, _ call: Call, _ responder: Responder) throws -> Bool {
        guard let reply = try rooms.control.read({ try idempotency.replay($0, now: call.now) }) else { return false }
        responder.respond(reply.response)
        return true
    }

    private func submit(
        _ pool: WorkerPool, _ call: Call, _ responder: Responder, _ handler: @escaping @Sendable (Call) throws -> Reply
    ) throws {
        try enqueue(pool, responder, for: call.principal?.workspaceID) { [self] in
            finish(try once(call, handler), call, responder)
        }
    }

    /// Runs a handler, or gives the first answer again to a repeated `Idempotency-Key`. The key is free again when this
    /// returns: who has the answer may repeat at once.
    private func once(_ call: Call, _ handler: (Call) throws -> Reply) throws -> Reply {
        guard let idempotency = call.idempotency else { return try handler(call) }
        try idempotentCalls.begin(idempotency)
        defer { idempotentCalls.end(idempotency) }
        if let reply = try rooms.control.read({ try idempotency.replay($0, now: call.now) }) { return reply }
        let reply = try handler(call)
        if !idempotency.isKept {
            try rooms.control.write { try idempotency.keep(reply, $0, now: call.now) }
        }
        return reply
    }

    /// - Parameter workspace: whose share of the pool it takes; nil for what takes none.
    private func enqueue(
        _ pool: WorkerPool, _ responder: Responder, for workspace: String? = nil,
        _ job: @escaping @Sendable () throws -> Void
    ) throws {
        let isTaken = pool.submit(owner: workspace) { [self] in
            do { try job() } catch { refuse(error, responder) }
        }
        if !isTaken { throw APIError.busy }
    }

    private func write(_ write: @escaping PreparedWrite, _ call: Call, _ responder: Responder) {
        let idempotency = call.idempotency
        let now = call.now
        rooms.control.write { writer in
            guard let idempotency else { return try write(writer) }
            return try idempotency.run(write, writer, now: now)
        } then: { [self] result in
            switch result {
            case .success(let reply): responder.respond(reply.response)
            case .failure(let error): refuse(error, responder)
            }
        }
    }

    private func finish(_ reply: Reply, _ call: Call, _ responder: Responder) {
        if let etag = reply.etag, reply.status == 200, call.route.method == .get, call.head.isKnown(etag) {
            return responder.respond(Response(status: 304, etag: etag))
        }
        responder.respond(reply.response)
    }

    private func refuse(_ error: any Error, _ responder: Responder) {
        let id = responder.requestID
        responder.respond(known(error, requestID: id).response(requestID: id))
    }

    /// The error as the caller sees it; one that is our own fault is logged and not told.
    private func known(_ error: any Error, requestID: String) -> APIError {
        if let known = APIError(error) { return known }
        rooms.log.error(event: "request_failed", "a request failed", ["request_id": requestID, "error": "\(error)"])
        return APIError(
            500, "internal", "Something went wrong inside the gateway: its log tells more under the request_id")
    }
}
