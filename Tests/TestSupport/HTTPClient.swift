import Glibc
import Platform

/// A small blocking HTTP/1.1 client for tests: one connection to 127.0.0.1, kept alive, used by one thread at a time.
///
/// `request` speaks HTTP; `send`, `receive` and `receiveAnswer` are the raw socket for what a polite client never does.
public final class HTTPClient {
    public struct Answer: Sendable {
        public var status: Int
        public var headers: [(name: String, value: String)]
        public var body: [UInt8]

        /// The first value of a header, its name in any case.
        public subscript(header name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        public var text: String { String(decoding: body, as: UTF8.self) }
    }

    public enum Failure: Error {
        /// The connection ended before the answer was complete; what had come of it.
        case ended(String)
        /// Nothing came for `timeout` seconds.
        case timeout
        case malformed(String)
    }

    private let port: UInt16
    private let source: UInt32
    private let timeout: Int
    private let receiveBuffer: Int32?
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []
    private var answered = 0
    /// When it was connected, or had its last answer.
    private var usedAt: Int64 = 0
    /// The server said that it closes.
    private var wasClosed = false

    /// Connects. `timeout` in seconds ends a receive that would hang a failing test; `source` is the last byte of the
    /// address 127.0.0.N that it connects from; `receiveBuffer` is what the system keeps for it unread, in bytes.
    public init(port: UInt16, timeout: Int = 20, source: UInt8 = 1, receiveBuffer: Int32? = nil) throws {
        self.port = port
        self.source = 0x7F00_0000 | UInt32(source)
        self.timeout = timeout
        self.receiveBuffer = receiveBuffer
        try connect()
    }

    deinit { close() }

    /// Sends a request and receives its answer. `Host` is added, and `Content-Length` when there is a body. Connects
    /// again when the server closed the connection after an earlier answer, or may have: a server closes what idles, and sooner
    /// what never had a request, which is no answer to one that comes later.
    public func request(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) throws -> Answer {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.count)\r\n" }
        let bytes = Array((text + "\r\n").utf8) + (body ?? [])
        let isReused = answered > 0
        let isStale = SystemClock.uptime() - usedAt > (isReused ? 60_000_000 : 5_000_000)
        if descriptor < 0 || wasClosed || isStale { try connect() }
        do {
            try send(bytes)
            if let answer = try receiveAnswer(to: method) { return answer }
        } catch let error as SystemError where isReused && (error.code == EPIPE || error.code == ECONNRESET) {
            // As at an end without a byte, below.
        }
        guard isReused else { throw Failure.ended("") }
        try connect()
        try send(bytes)
        guard let answer = try receiveAnswer(to: method) else { throw Failure.ended("") }
        return answer
    }

    public func request(
        _ method: String, _ path: String, headers: [(String, String)] = [], text: String
    ) throws -> Answer {
        try request(method, path, headers: headers, body: Array(text.utf8))
    }

    /// Sends bytes as they are.
    public func send(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + offset, $0.count - offset, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { throw Failure.timeout }
                throw SystemError("send")
            }
            offset += count
        }
    }

    public func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// What comes next, at least one byte; empty at the end of the connection.
    public func receive() throws -> [UInt8] {
        if !buffer.isEmpty {
            defer { buffer = [] }
            return buffer
        }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count >= 0 { return Array(bytes[..<count]) }
            if errno == EAGAIN { throw Failure.timeout }
            if errno != EINTR { throw SystemError("receive") }
        }
    }

    /// All that comes until the connection ends, by FIN or reset.
    public func receiveToEnd() throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            do {
                let more = try receive()
                if more.isEmpty { return all }
                all += more
            } catch let error as SystemError where error.code == ECONNRESET {
                return all
            }
        }
    }

    /// One answer, its body decoded; nil when the connection ends before its first byte. Interim answers (100) come
    /// as answers of their own. `method` is that of the request: HEAD has no body.
    public func receiveAnswer(to method: String = "GET") throws -> Answer? {
        guard let head = try receiveHead() else { return nil }
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)[...]
        let parts = lines.removeFirst().split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, let status = Int(parts[1]) else { throw Failure.malformed(head) }
        let headers = try lines.map { line in
            guard let colon = line.firstIndex(of: ":") else { throw Failure.malformed(head) }
            return (
                name: String(line[..<colon]),
                value: String(line[line.index(after: colon)...].drop { $0 == " " })
            )
        }
        var answer = Answer(status: status, headers: headers, body: [])
        if status >= 200 {
            answered += 1
            usedAt = SystemClock.uptime()
        }
        if method != "HEAD", status >= 200, status != 204, status != 304 {
            if answer[header: "Transfer-Encoding"] == "chunked" {
                answer.body = try receiveChunks()
            } else if let length = answer[header: "Content-Length"].flatMap(Int.init) {
                answer.body = try take(length)
            } else {
                answer.body = try receiveToEnd()
            }
        }
        if status >= 200, answer[header: "Connection"] == "close", buffer.isEmpty { wasClosed = true }
        return answer
    }

    /// Sends no more; answers can still be received.
    public func closeWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends the connection; the next `request` makes a new one.
    public func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
        buffer = []
    }

    /// Ends the connection with a reset, as a peer does that died.
    public func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    private func connect() throws {
        close()
        wasClosed = false
        answered = 0
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("make a socket") }
        var time = timeval(tv_sec: timeout, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        if var bytes = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        let descriptor = descriptor
        if source != 0x7F00_0001 {
            _ = Self.with(source, 0) { Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        let status = Self.with(0x7F00_0001, port) {
            Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        if status != 0 { throw SystemError("connect to 127.0.0.1:\(port)") }
        usedAt = SystemClock.uptime()
    }

    private static func with(_ host: UInt32, _ port: UInt16, _ body: (UnsafePointer<sockaddr>) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
        }
    }

    private func fill() throws {
        let old = buffer
        buffer = []
        let more = try receive()
        buffer = old + more
        if more.isEmpty { throw Failure.ended(String(decoding: old, as: UTF8.self)) }
    }

    private func receiveHead() throws -> String? {
        while true {
            let end = Array("\r\n\r\n".utf8)
            if buffer.count >= 4 {
                for index in 0...(buffer.count - 4) where buffer[index..<index + 4].elementsEqual(end) {
                    return String(decoding: try take(index + 4), as: UTF8.self)
                }
            }
            if buffer.isEmpty {
                let more = try receive()
                if more.isEmpty { return nil }
                buffer = more
            } else {
                try fill()
            }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try fill() }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func receiveLine() throws -> String {
        while true {
            if let feed = buffer.firstIndex(of: 10) {
                let line = try take(feed + 1)
                return String(decoding: line.dropLast(2), as: UTF8.self)
            }
            try fill()
        }
    }

    private func receiveChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try receiveLine()
            guard let size = Int(line, radix: 16) else { throw Failure.malformed(line) }
            if size == 0 {
                _ = try receiveLine()
                return body
            }
            body += try take(size)
            guard try take(2) == [13, 10] else { throw Failure.malformed("chunk end") }
        }
    }
}
