import HTTPServer
import Journeys
import Platform
import TestSupport
import Testing

@testable import Gateway

/// 429 for those who ask too often; the clock is the test's.
@Suite struct RateLimitTests {
    private func expectRefused(_ answer: HTTPClient.Answer, limit: Int, after seconds: Int = 1) throws {
        #expect(answer.status == 429, "\(answer.text)")
        #expect(answer[header: "Retry-After"] == "\(seconds)" && answer[header: "RateLimit-Reset"] == "\(seconds)")
        #expect(answer[header: "RateLimit-Limit"] == "\(limit)" && answer[header: "RateLimit-Remaining"] == "0")
        let json = try JSON.parse(answer.body)
        #expect(
            json["code"] == "too_many_requests" && json["error"]?.stringValue?.contains("\(limit) requests") == true)
    }

    @Test func ofAKey() throws {
        let gateway = try TestGateway(plugins: []) { $0.limits.requestsPerKey = 2 }
        let workspace = try gateway.makeWorkspace()
        let other = try gateway.makeWorkspace("Other")
        for _ in 0..<4 { #expect(try workspace.call("GET", "/journeys").status == 200) }
        try expectRefused(workspace.call("GET", "/journeys"), limit: 2)
        try expectRefused(workspace.call("POST", "/journeys", "{}"), limit: 2)
        let rows = "/sources/\(workspace.sourceID)/tables/t/rows?key=id"
        try expectRefused(workspace.call("PUT", rows, "id\n1\n", headers: [("Content-Type", "text/csv")]), limit: 2)
        #expect(try other.call("GET", "/journeys").status == 200)
        #expect(try gateway.client().request("GET", "/healthz").status == 200)
        gateway.clock.advance(500_000)
        #expect(try workspace.call("GET", "/journeys").status == 200)
        try expectRefused(workspace.call("GET", "/journeys"), limit: 2)
        gateway.clock.advance(500_000)
        #expect(try workspace.call("PUT", rows, "id\n1\n", headers: [("Content-Type", "text/csv")]).status == 200)
        let metrics = try gateway.client().request("GET", "/metrics").text
        #expect(metrics.contains("tessera_http_rate_limited_total{by=\"key\"} 4"))
    }

    @Test func ofAnAddress() throws {
        let gateway = try TestGateway(plugins: []) { $0.limits.requestsPerAddress = 3 }
        let workspace = try gateway.makeWorkspace()
        let client = try gateway.client()
        for _ in 0..<5 { #expect(try client.request("GET", "/healthz").status == 200) }
        try expectRefused(client.request("GET", "/healthz"), limit: 3)
        try expectRefused(workspace.call("GET", "/journeys"), limit: 3)
        // A new connection is no new address.
        try expectRefused(gateway.client().request("OPTIONS", "/healthz"), limit: 3)
        #expect(try HTTPClient(port: gateway.port, source: 2).request("GET", "/healthz").status == 200)
        gateway.clock.advance(1_000_000)
        for _ in 0..<3 { #expect(try workspace.call("GET", "/journeys").status == 200) }
        try expectRefused(workspace.call("GET", "/journeys"), limit: 3)
    }

    @Test func withoutAValidKey() throws {
        let gateway = try TestGateway(plugins: []) { $0.limits.strangersPerAddress = 1 }
        let workspace = try gateway.makeWorkspace()
        let body = String(repeating: " ", count: 100_000)
        for number in 0..<10 {
            // A long body is refused before it is read, a short one after: both count once.
            let answer = try workspace.call("POST", "/journeys", number % 2 == 0 ? "{}" : body, key: "sk_live_wrong")
            #expect(answer.status == 401, "\(answer.text)")
        }
        try expectRefused(workspace.call("GET", "/journeys", key: "sk_live_wrong"), limit: 1)
        try expectRefused(workspace.call("POST", "/journeys", body, key: "sk_live_wrong"), limit: 1)
        // Who has a key gets in, and what needs none is served.
        #expect(try workspace.call("GET", "/journeys").status == 200)
        #expect(try gateway.client().request("GET", "/healthz").status == 200)
        #expect(
            try HTTPClient(port: gateway.port, source: 2).request("GET", workspace.base + "/journeys").status == 401)
        gateway.clock.advance(1_000_000)
        #expect(try workspace.call("GET", "/journeys", key: "sk_live_wrong").status == 401)
    }

    /// Long bodies are refused before they are read.
    @Test(
        arguments: [("/nowhere", 404), ("/healthz", 405), ("/api/v1/workspaces", 403), ("WORKSPACE/journeys", 400)],
        [false, true])
    func refusedWithALongBody(_ refused: (path: String, status: Int), isByKey: Bool) throws {
        let gateway = try TestGateway(plugins: []) {
            if isByKey { $0.limits.requestsPerKey = 1 } else { $0.limits.requestsPerAddress = 1 }
        }
        let workspace = try gateway.makeWorkspace()
        let client = try HTTPClient(port: gateway.port, source: 2)
        func ask() throws -> HTTPClient.Answer {
            try client.request(
                "POST", refused.path.replacing("WORKSPACE", with: workspace.base),
                headers: [("Authorization", "Bearer \(workspace.key)"), ("Idempotency-Key", "a b")],
                body: Array(repeating: 32, count: 100_000))
        }
        for _ in 0..<2 { #expect(try ask().status == refused.status) }
        try expectRefused(ask(), limit: 1)
    }

    /// A key counts where its request finds no route, or may not take it.
    @Test(arguments: [("GET", "/nowhere", 404), ("PATCH", "/journeys", 405), ("GET", "/api-keys/1/2", 404)])
    func ofAKeyThatIsRefused(_ refused: (method: String, path: String, status: Int)) throws {
        let gateway = try TestGateway(plugins: []) { $0.limits.requestsPerKey = 1 }
        let workspace = try gateway.makeWorkspace()
        for _ in 0..<2 {
            #expect(try workspace.call(refused.method, refused.path).status == refused.status)
        }
        try expectRefused(workspace.call(refused.method, refused.path), limit: 1)
    }

    /// What the server refuses before the gateway has seen it.
    enum Unhandled: String, CaseIterable {
        case noHead, tooLarge, brokenChunks, abandoned

        /// What is sent; nil where no answer is waited for.
        func text(_ workspace: TestWorkspace) -> (text: String, status: Int?) {
            let head =
                "POST \(workspace.base)/journeys HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(workspace.key)\r\n"
            return switch self {
            case .noHead: ("GET / HTTP/1.1\nHost: a\n\n", 400)
            case .tooLarge: (head + "Content-Length: 2000000\r\n\r\n", 413)
            case .brokenChunks: (head + "Transfer-Encoding: chunked\r\n\r\nx\r\n", 400)
            case .abandoned: (head + "Content-Length: 100\r\n\r\n{", nil)
            }
        }
    }

    @Test(arguments: Unhandled.allCases, [false, true])
    func refusedByTheServerItself(_ kind: Unhandled, isByKey: Bool) throws {
        // Without a head nobody knows the key.
        if isByKey, kind == .noHead { return }
        let gateway = try TestGateway(plugins: [], logLevel: .info) {
            if isByKey { $0.limits.requestsPerKey = 1 } else { $0.limits.requestsPerAddress = 1 }
        }
        let workspace = try gateway.makeWorkspace()
        let (text, status) = kind.text(workspace)
        func send() throws -> HTTPClient.Answer? {
            let client = try HTTPClient(port: gateway.port, source: 2)
            try client.send(text)
            return status == nil ? nil : try client.receiveAnswer()
        }
        for _ in 0..<2 { #expect(try send()?.status == status) }
        if status == nil {
            // That the peers have left shows in a moment.
            try eventually {
                let log = gateway.logged.withLock { $0.joined(separator: "\n") }
                return log.split(separator: "\n").count { $0.contains(#""status":499"#) } == 2
            }
        } else {
            try expectRefused(try #require(try send()), limit: 1)
        }
        let asked = try HTTPClient(port: gateway.port, source: 2).request(
            "GET", workspace.base + "/journeys", headers: [("Authorization", "Bearer \(workspace.key)")])
        try expectRefused(asked, limit: 1)
        gateway.clock.advance(1_000_000)
        #expect(try workspace.call("GET", "/journeys").status == 200)
    }

    @Test func figuresWithoutAValidKey() throws {
        let gateway = try TestGateway(plugins: []) { $0.limits.strangersPerAddress = 1 }
        let client = try gateway.client()
        func ask() throws -> HTTPClient.Answer {
            try client.request("GET", "/metrics", headers: [("Via", "a"), ("Authorization", "Bearer sk_live_wrong")])
        }
        for _ in 0..<10 { #expect(try ask().status == 401) }
        try expectRefused(ask(), limit: 1)
    }

    /// What lasts has its number, which an operator may set.
    @Test func uploadsAtOnce() throws {
        let gateway = try TestGateway(plugins: []) { $0.limits.uploadsPerWorkspace = 1 }
        let workspace = try gateway.makeWorkspace()
        let path = "\(workspace.base)/sources/\(workspace.sourceID)/tables/t/rows?key=id"
        let first = try gateway.client()
        try first.send(
            "PUT \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(workspace.key)\r\nContent-Type: text/csv\r\n"
                + "Content-Length: 7\r\nExpect: 100-continue\r\n\r\n")
        #expect(try first.receiveAnswer()?.status == 100)
        let second = try workspace.call(
            "PUT", "/sources/\(workspace.sourceID)/tables/t/rows?key=id", "id\n1\n",
            headers: [("Content-Type", "text/csv")])
        #expect(second.status == 503 && second[header: "Retry-After"] == "5", "\(second.text)")
        try first.send("id\n1\n2\n")
        #expect(try first.receiveAnswer()?.status == 200)
    }

    /// What issue 6 asks of the defaults.
    @Test func honestCallersDontMeetTheDefaults() {
        let configuration = GatewayConfiguration(dataDirectory: "", pluginDirectories: [])
        #expect(configuration.limits.requestsPerKey >= 2_000)
        #expect(configuration.limits.requestsPerAddress >= configuration.limits.requestsPerKey)
        #expect(configuration.server.maxConnectionsPerAddress >= 20_000)
        #expect(configuration.server.maxConnections > configuration.server.maxConnectionsPerAddress)
    }
}
