import Glibc
import Platform
import TestSupport

/// A blocking HTTP/1.1 server on 127.0.0.1 that answers by script, also in ways that no proper server would. A thread for
/// each connection. Ends with the last reference.
final class SyncServer: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        var headers: [String: String]
        var body: String
        /// Counted from 0, over the server and over its connection.
        var number: Int
        var connection: Int
        var numberOnConnection: Int
    }

    enum Answer: Sendable {
        case status(Int, headers: [String] = [], body: String = "{}")
        /// Exactly these bytes, then the connection is closed.
        case raw(String)
        /// Nothing, until the peer gives up.
        case silence
        /// The connection is closed without an answer.
        case close
        /// A body without an end.
        case endless
    }

    private struct State {
        var requests: [Request] = []
        var connections = 0
        var busy = 0
        var mostBusy = 0
        var descriptors: Set<Int32> = []
    }
    let port: UInt16
    private let listener: Int32
    private let state = Monitor(State())
    private let script: @Sendable (Request) -> Answer

    init(_ script: @escaping @Sendable (Request) -> Answer = { _ in .status(200) }) throws {
        self.script = script
        (listener, port) = try SyncServer.listen()
        let (listener, state) = (listener, state)
        NativeThread(name: "sync-server", stackSize: 256 << 10) {
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 {
                    // Here and not in `deinit`: this thread must never accept on another's descriptor of that number.
                    Glibc.close(listener)
                    return
                }
                let number = state.withLock { state in
                    state.descriptors.insert(descriptor)
                    state.connections += 1
                    return state.connections - 1
                }
                NativeThread(name: "sync-peer", stackSize: 256 << 10) {
                    SyncServer.serve(descriptor, number, state, script)
                    // Closed under the lock, so that `deinit` never shuts down another's descriptor of that number.
                    state.withLock {
                        $0.descriptors.remove(descriptor)
                        Glibc.close(descriptor)
                    }
                }.detach()
            }
        }.detach()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        state.withLock { state in
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    var origin: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }
    /// Requests that were here and not answered yet, at once.
    var mostAtOnce: Int { state.withLock { $0.mostBusy } }

    /// Blocks until so many requests have come.
    func wait(forRequests count: Int) { state.wait { $0.requests.count >= count ? () : nil } }

    /// A port on which nothing listens. It stays taken, so that nothing will.
    static func deadPort() throws -> UInt16 { try bind().port }

    private static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let bound = try bind()
        guard Glibc.listen(bound.descriptor, 512) == 0 else { throw SystemError("listen on 127.0.0.1") }
        return bound
    }

    private static func bind() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw SystemError("take a port of 127.0.0.1") }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func serve(
        _ descriptor: Int32, _ connection: Int, _ state: Monitor<State>, _ script: @Sendable (Request) -> Answer
    ) {
        var buffer: [UInt8] = []
        var served = 0
        while var request = receive(descriptor, &buffer) {
            request.connection = connection
            request.numberOnConnection = served
            served += 1
            request.number = state.update { state in
                state.requests.append(request)
                state.busy += 1
                state.mostBusy = max(state.mostBusy, state.busy)
                return state.requests.count - 1
            }
            let answer = script(request)
            // Before it goes out: with it the peer may send the next one.
            state.update { $0.busy -= 1 }
            switch answer {
            case .status(let status, let headers, let body):
                let lines = headers.map { $0 + "\r\n" }.joined()
                let length = "Content-Length: \(body.utf8.count)\r\n"
                guard send(descriptor, "HTTP/1.1 \(status) Said\r\n\(lines)\(length)\r\n\(body)") else { return }
            case .raw(let text):
                _ = send(descriptor, text)
                return
            case .close:
                return
            case .silence:
                while receive(descriptor, &buffer) != nil {}
                return
            case .endless:
                _ = send(descriptor, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                let chunk = "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n"
                while send(descriptor, chunk) {}
                return
            }
        }
    }

    private static func send(_ descriptor: Int32, _ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            rest.removeFirst(count)
        }
        return true
    }

    private static func receive(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let place = buffer.firstRange(of: end) {
                let head = String(decoding: buffer[..<place.lowerBound], as: UTF8.self)
                let lines = head.split(separator: "\r\n")
                let first = lines[0].split(separator: " ").map(String.init)
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    guard let colon = line.firstIndex(of: ":") else { continue }
                    let value = line[line.index(after: colon)...].drop { $0 == " " }
                    headers[line[..<colon].lowercased()] = String(value)
                }
                let length = Int(headers["content-length"] ?? "") ?? 0
                if buffer.count >= place.upperBound + length {
                    let body = String(decoding: buffer[place.upperBound..<place.upperBound + length], as: UTF8.self)
                    buffer.removeFirst(place.upperBound + length)
                    return Request(
                        method: first[0], path: first[1], headers: headers, body: body, number: 0, connection: 0,
                        numberOnConnection: 0)
                }
            }
            var piece = [UInt8](repeating: 0, count: 65536)
            let count = recv(descriptor, &piece, piece.count, 0)
            if count <= 0 { return nil }
            buffer += piece[..<count]
        }
    }
}
