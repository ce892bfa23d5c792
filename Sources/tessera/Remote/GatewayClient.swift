import Glibc
import Journeys
import Platform

/// Calls the REST API of a live gateway: a connection for each call. The core has no HTTP library to use, and needs little.
struct GatewayClient {
    /// An answer that is an error, or none.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let url: GatewayURL
    let key: String
    var need = KeyNeed.operator
    /// A file of certificates to trust instead of the system's, for https.
    var authorities: String?

    /// Seconds without a byte. A swap opens every live journey on the new plugin before it answers.
    private static let patience = 120
    /// A file of a journey is a little deeper than what the gateway takes otherwise.
    static let depth = 512

    /// Gives the JSON of the answer.
    /// - Throws: `Failure` with what the gateway said, when the status is not one of success.
    func call(_ method: String, _ path: String, _ body: JSON? = nil) throws -> JSON {
        let answer = try HTTPAnswer(answer(to: request(method, path, body, accept: "application/json")))
        let json = try? JSON.parse(answer.body, maxDepth: Self.depth)
        guard (200..<300).contains(answer.status) else { throw refusal(answer.status, json) }
        guard let json else {
            throw Failure(description: "\(url.authority) answers, but not with JSON: is it a gateway?")
        }
        return json
    }

    /// Gives an answer of JSON lines line by line, as they come.
    /// - Throws: `Failure` as `call` does.
    func lines(_ method: String, _ path: String, _ body: JSON, _ take: (JSON) throws -> Void) throws {
        try lines(request(method, path, body, accept: "application/x-ndjson")) { try take(JSON.parse($0)) }
    }

    /// Gives server-sent events as they come, until the gateway ends them.
    /// - Parameter last: the id of the last event that is known.
    /// - Throws: `Failure` as `call` does; also when the connection breaks.
    func events(_ path: String, after last: String?, _ take: (RemoteEvent) throws -> Void) throws {
        var reader = RemoteEvent.Reader()
        let more = last.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        try lines(request("GET", path, nil, accept: "text/event-stream", more)) { line in
            if let event = try reader.event(endedBy: line) { try take(event) }
        }
    }

    private func lines(_ request: [UInt8], _ take: ([UInt8]) throws -> Void) throws {
        var reader = AnswerLines()
        try exchange(request) { bytes in
            for line in try reader.lines(in: bytes) { try take(line) }
        }
        if let status = reader.refused {
            throw refusal(status, try? JSON.parse(HTTPAnswer(reader.whole).body))
        }
        if !reader.isComplete { throw Failure(description: "the connection ended before the answer was complete") }
    }

    private func request(
        _ method: String, _ path: String, _ body: JSON?, accept: String, _ more: String = ""
    ) -> [UInt8] {
        let bytes = body?.serialized() ?? []
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(url.authority)\r\nAuthorization: Bearer \(key)\r\n"
        head += "Accept: \(accept)\r\nConnection: close\r\n\(more)"
        if body != nil { head += "Content-Type: application/json\r\n" }
        if method != "GET" { head += "Content-Length: \(bytes.count)\r\n" }
        return Array((head + "\r\n").utf8) + bytes
    }

    private func refusal(_ status: Int, _ json: JSON?) -> Failure {
        var text = json?["error"]?.stringValue ?? "\(url.authority) answers with status \(status)"
        for problem in json?["problems"]?.arrayValue ?? [] {
            guard let message = problem["message"]?.stringValue, !text.contains(message) else { continue }
            let place = problem["pointer"]?.stringValue ?? ""
            text += "\n  \(place.isEmpty ? "" : "\(place): ")\(message)"
        }
        if status == 401 || status == 403 {
            text += "\n  \(need.command) makes a key for this"
        }
        return Failure(description: text)
    }

    private func answer(to request: [UInt8]) throws -> [UInt8] {
        var answer: [UInt8] = []
        try exchange(request) { bytes in
            guard answer.count + bytes.count <= 256 << 20 else {
                throw Failure(description: "the answer of \(url.authority) is larger than 256 MB")
            }
            answer += bytes
        }
        return answer
    }

    /// Sends a request and hands on what comes back, until the connection ends.
    private func exchange(_ request: [UInt8], _ take: (ArraySlice<UInt8>) throws -> Void) throws {
        let connection = try GatewayConnection(try connect(), to: url, trusting: authorities)
        connection.send(request)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let received = try buffer.withUnsafeMutableBytes { try connection.receive(into: $0) }
            guard let count = received else {
                throw Failure(description: "\(url.authority) has not answered for \(Self.patience) s")
            }
            if count == 0 { return }
            try take(buffer[..<count])
        }
    }

    private func connect() throws -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(url.host, String(url.port), &hints, &list)
        guard code == 0 else {
            throw Failure(description: "no such host '\(url.host)': \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(list) }
        var reason: Int32 = ENOENT
        var next = list
        while let entry = next?.pointee {
            next = entry.ai_next
            let connection = socket(
                entry.ai_family, entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), entry.ai_protocol)
            guard connection >= 0 else { continue }
            var time = timeval(tv_sec: Self.patience, tv_usec: 0)
            setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
            setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
            if Glibc.connect(connection, entry.ai_addr, entry.ai_addrlen) == 0 { return connection }
            reason = errno
            close(connection)
        }
        throw Failure(
            description: "no gateway answers at \(url.authority) (\(String(cString: strerror(reason)))): "
                + "start it, or say where it is with --url")
    }
}
