import HTTPServer
import Platform
import Synchronization
import TestSupport

/// A handler made of closures.
final class TestHandler: HTTPHandler {
    let policy: @Sendable (RequestHead) -> BodyPolicy
    let answer: @Sendable (Request, Responder) -> Void
    let wakes = Atomic<Int>(0)
    let openWakes = Atomic<Int>(0)

    init(
        policy: @escaping @Sendable (RequestHead) -> BodyPolicy = { _ in .collect(limit: 1 << 20) },
        answer: @escaping @Sendable (Request, Responder) -> Void
    ) {
        self.policy = policy
        self.answer = answer
    }

    func bodyPolicy(_ head: RequestHead) -> BodyPolicy { policy(head) }

    func handle(_ request: Request, _ responder: Responder) {
        precondition(openWakes.load(ordering: .relaxed) > 0)
        answer(request, responder)
    }

    func wakeBegan() {
        wakes.wrappingAdd(1, ordering: .relaxed)
        openWakes.wrappingAdd(1, ordering: .relaxed)
    }

    func wakeEnded() { openWakes.wrappingSubtract(1, ordering: .relaxed) }

    /// Echoes method, target and body.
    static func echo() -> TestHandler {
        TestHandler { request, responder in responder.respond(.echo(request)) }
    }
}

extension Response {
    static func echo(_ request: Request) -> Response {
        .text("\(request.head.method) \(request.head.target) \(String(decoding: request.body, as: UTF8.self))")
    }

    static func text(_ text: String, status: Int = 200) -> Response {
        Response(status: status, headers: [("Content-Type", "text/plain")], body: Array(text.utf8))
    }
}

/// A server on a free port that lives as long as the test.
final class TestServer: Sendable {
    let server: HTTPServer
    let port: UInt16
    let logged: Monitor<[String]>

    init(_ handler: any HTTPHandler, _ configure: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration()
        configuration.reactors = 2
        configure(&configuration)
        let logged = Monitor<[String]>([])
        let clock = ManualClock(784_111_777_000_000)
        let log = Log(level: .debug, clock: clock) { line in logged.update { $0.append(line) } }
        self.logged = logged
        server = HTTPServer(configuration: configuration, handler: handler, log: log, clock: clock)
        port = try server.start()
    }

    deinit { server.stop(grace: 0) }

    func client() throws -> HTTPClient { try HTTPClient(port: port) }
}
