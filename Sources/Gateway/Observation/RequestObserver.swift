import HTTPServer
import Journeys
import Platform

/// Writes the access log and counts requests, by their routes. On reactor threads.
///
/// Of a path only ids that are UUIDs are told, of a query nothing: members' keys, and whatever else a caller puts there, stay
/// out of the log.
final class RequestObserver: Sendable {
    private let router: Router
    private let accessLog: AccessLog
    private let clock: any Clock
    private let level: Log.Level
    private let figures: RequestFigures

    /// - Parameter figures: of the router's routes, in their order.
    init(router: Router, figures: RequestFigures, accessLog: AccessLog, clock: any Clock, level: Log.Level) {
        self.router = router
        self.accessLog = accessLog
        self.clock = clock
        self.level = level
        self.figures = figures
    }

    func answered(_ request: AnsweredRequest, _ lines: inout LogLines) {
        // The mark spares most requests the way through the router.
        let route = request.mark >= 0 ? request.mark : found(request.head)?.route.number
        figures.count(route, status: request.status, microseconds: request.microseconds)
        guard accessLog != .off, accessLog == .all || request.status >= 400 else { return }
        let importance: Log.Level =
            request.status >= 500
            ? .warning : route.map { router.routes[$0].isProbe } == true && request.status < 400 ? .debug : .info
        if importance >= level { write(request, importance, &lines) }
    }

    private func write(_ request: AnsweredRequest, _ importance: Log.Level, _ lines: inout LogLines) {
        lines.begin(clock.now(), importance, event: "request", "a request was answered")
        lines.add("request_id", request.requestID)
        if let head = request.head {
            lines.add("method", Self.name(head.method))
            if let found = found(head) {
                lines.add("route", found.route.pattern)
                for (index, name) in found.route.loggedNames.enumerated() {
                    if let name, UUIDText.isOne(found.parameters[index]) {
                        lines.add(name, plain: found.parameters[index])
                    }
                }
            }
            if let trace = TraceParent(head.headers) { lines.add("trace_id", trace.traceID) }
        }
        lines.add("status", request.status)
        lines.add(milliseconds: "duration_ms", of: request.microseconds)
        lines.add("bytes", request.bytes)
        lines.add("peer", request.peerAddress)
        if request.isCutShort { lines.add("cut_short", "true") }
        lines.end()
    }

    /// A method of the caller's own could be any text.
    private static func name(_ method: HTTPMethod) -> String {
        if case .other = method { "other" } else { method.description }
    }

    /// A path that is known though it has no such method counts as none.
    private func found(_ head: RequestHead?) -> (route: Route, parameters: Parameters)? {
        guard let head, case .found(let route, let parameters) = router.match(head.method, head.pathBytes) else {
            return nil
        }
        return (route, parameters)
    }
}

extension Route {
    /// Health checks and scrapes: many, and all alike.
    var isProbe: Bool { ["/healthz", "/readyz", "/metrics"].contains(pattern) }
}
