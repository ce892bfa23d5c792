import Crypto
import Glibc
import HTTPServer
import Platform

/// Counts, logs and answers what the receiver gets.
final class ReceiverHandler: HTTPHandler {
    private struct State {
        var requests = 0
        var rows = 0
        var failed = 0
        var keys: Set<UInt128> = []
        /// Lines printed, and requests and rows not told, since the last tick.
        var lines = 0
        var untold = (requests: 0, rows: 0)
        var isStopped = false
    }
    private let state = Monitor(State())
    private let options: ReceiverOptions
    private let log: Int32
    private let delayed: DelayedAnswers?
    private let ticker: NativeThread?

    /// Lines a second; what comes beyond is summed up.
    private static let linesPerTick = 20

    init(_ options: ReceiverOptions) throws(SystemError) {
        self.options = options
        if let path = options.log {
            log = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
            if log < 0 { throw SystemError("open \(path)") }
        } else {
            log = -1
        }
        delayed = options.delay > 0 ? try DelayedAnswers(delay: options.delay) : nil
        if options.isQuiet {
            ticker = nil
        } else {
            let state = state
            ticker = NativeThread(name: "receiver-ticker") { ReceiverHandler.tick(state) }
        }
    }

    deinit { if log >= 0 { close(log) } }

    /// Ends the threads; once, after the server was stopped.
    func stop() {
        state.update { $0.isStopped = true }
        ticker?.join()
        delayed?.stop()
    }

    func bodyPolicy(_ head: RequestHead) -> BodyPolicy { .collect(limit: 64 << 20) }

    func handle(_ request: Request, _ responder: Responder) {
        switch request.head.method {
        case .post, .put, .patch: answer(deliver(request), responder)
        case .get where request.head.path == "/stats": responder.respond(stats())
        default: responder.respond(Response(status: 404))
        }
    }

    private func answer(_ response: Response, _ responder: Responder) {
        if let delayed { delayed.add(responder, response) } else { responder.respond(response) }
    }

    private func deliver(_ request: Request) -> Response {
        let rows = ReceivedRows(request.body)
        let headerKey = rows.isEmpty ? request.head.headers[first: "Idempotency-Key"] : nil
        let keys = rows.keys.map(Self.number) + (headerKey.map { [Self.number(Array($0.utf8)[...])] } ?? [])
        let count = max(1, rows.count)
        let (line, fails) = state.withLock { state -> (String?, Bool) in
            state.requests += 1
            let fails = options.failEvery > 0 && state.requests % options.failEvery == 0
            if fails {
                state.failed += 1
            } else {
                state.rows += count
                for key in keys { state.keys.insert(key) }
            }
            if options.isQuiet { return (nil, fails) }
            if state.lines >= Self.linesPerTick {
                state.untold.requests += 1
                state.untold.rows += count
                return (nil, fails)
            }
            state.lines += 1
            let fate = fails ? "answered \(options.failStatus)" : "\(state.rows) rows so far"
            return (
                "\(request.head.method) \(request.head.path): \(count) row\(count == 1 ? "" : "s") (\(fate))", fails
            )
        }
        if let line { Receiver.print(line, to: 1) }
        if fails {
            let wait = options.retryAfter.map { [("Retry-After", String($0))] } ?? []
            return Response(status: options.failStatus, headers: wait)
        }
        if log >= 0 { writeLog(rows, request) }
        return Response(status: 200, headers: [("Content-Type", "application/json")], body: Array("{}".utf8))
    }

    /// All rows of a request go to the file in one write, before it is answered.
    private func writeLog(_ rows: ReceivedRows, _ request: Request) {
        let lines = rows.lines(of: request)
        var offset = 0
        // Reactors write side by side: O_APPEND keeps the lines of one write together.
        while offset < lines.count {
            let count = lines.withUnsafeBytes { write(log, $0.baseAddress! + offset, $0.count - offset) }
            if count < 0 {
                if errno == EINTR { continue }
                Receiver.print("tessera receiver: \(SystemError("write the log"))", to: 2)
                return
            }
            offset += count
        }
    }

    private func stats() -> Response {
        let (requests, rows, keys, failed) = state.withLock { ($0.requests, $0.rows, $0.keys.count, $0.failed) }
        let text = "{\"requests\":\(requests),\"rows\":\(rows),\"distinct_keys\":\(keys),\"failed\":\(failed)}"
        return Response(status: 200, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
    }

    /// A key as a number: that of 32 hex digits, as `$key` has them, else 128 bits of a digest.
    private static func number(_ key: ArraySlice<UInt8>) -> UInt128 {
        if key.count == 32, let number = UInt128(String(decoding: key, as: UTF8.self), radix: 16) { return number }
        return Crypto.sha256(key).prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// Once a second: sums up what no line told.
    private static func tick(_ state: Monitor<State>) {
        while true {
            let stopped: Bool? = state.wait(microseconds: 1_000_000) { $0.isStopped ? true : nil }
            let (untold, total) = state.withLock { state in
                defer {
                    state.lines = 0
                    state.untold = (0, 0)
                }
                return (state.untold, state.rows)
            }
            if untold.requests > 0 {
                Receiver.print("and \(untold.requests) requests with \(untold.rows) rows (\(total) so far)", to: 1)
            }
            if stopped != nil { return }
        }
    }
}
