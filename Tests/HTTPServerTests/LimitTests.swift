import Glibc
import HTTPServer
import Platform
import Testing
import TestSupport

/// Bounds on what peers may take, and no traces of those that left.
@Suite(.serialized) struct LimitTests {
    @Test func connections() throws {
        let server = try TestServer(TestHandler.echo()) { $0.maxConnections = 3 }
        var clients = try (0..<3).map { _ in try server.client() }
        for client in clients { #expect(try client.request("GET", "/").status == 200) }
        let refused = try server.client()
        let answer = try #require(try refused.receiveAnswer())
        #expect(answer.status == 503)
        #expect(answer[header: "Retry-After"] == "1")
        #expect(answer[header: "Connection"] == "close")
        #expect(try refused.receiveToEnd() == [])
        refused.close()
        clients.removeLast().close()
        try eventually { server.server.figures.connections == 2 }
        #expect(try server.client().request("GET", "/").status == 200)
        #expect(server.server.figures.refused == 1)
    }

    @Test func connectionsOfOneAddress() throws {
        let server = try TestServer(TestHandler.echo()) { $0.maxConnectionsPerAddress = 2 }
        var clients = try (0..<2).map { _ in try server.client() }
        for client in clients { #expect(try client.request("GET", "/").status == 200) }
        let refused = try server.client()
        let answer = try #require(try refused.receiveAnswer())
        #expect(answer.status == 429 && answer[header: "Retry-After"] == "1")
        #expect(answer.text.contains("\"code\":\"too_many_connections\""))
        #expect(try refused.receiveToEnd() == [])
        refused.close()
        let other = try HTTPClient(port: server.port, source: 2)
        #expect(try other.request("GET", "/").status == 200)
        clients.removeLast().close()
        try eventually { server.server.figures.connections == 2 }
        #expect(try server.client().request("GET", "/").status == 200)
    }

    @Test func bodies() throws {
        let server = try TestServer(TestHandler.echo())
        let client = try server.client()
        #expect(try client.request("POST", "/", body: [UInt8](repeating: 97, count: 1 << 20)).status == 200)
        #expect(try client.request("POST", "/", body: [UInt8](repeating: 97, count: 1 << 20 + 1)).status == 413)
    }

    @Test func noDescriptorLeaks() throws {
        let server = try TestServer(TestHandler.echo())
        _ = try server.client().request("GET", "/")
        try eventually { server.server.figures.connections == 0 }
        let before = try sockets()
        for number in 0..<1000 {
            let client = try server.client()
            switch number % 4 {
            case 0: #expect(try client.request("GET", "/").status == 200)
            case 1: try client.send("GET / HT")
            case 2:
                try client.send("G(T / HTTP/1.1\r\n\r\n")
                #expect(try client.receiveAnswer()?.status == 400)
            default: client.reset()
            }
        }
        try eventually { server.server.figures.accepted == 1001 }
        try eventually { server.server.figures.connections == 0 }
        #expect(try sockets() <= before + 200)
    }

    /// This process's open sockets; other tests run beside this one and have some of their own.
    private func sockets() throws -> Int { try Files.list("/proc/self/fd").count }

    @Test func manyThreads() throws {
        let server = try TestServer(TestHandler.echo())
        let failures = Monitor(0)
        let threads = (0..<8).map { thread in
            NativeThread(name: "client") { [port = server.port] in
                guard let client = try? HTTPClient(port: port) else { return failures.update { $0 += 1 } }
                for number in 0..<200 {
                    let answer = try? client.request("POST", "/\(thread)/\(number)", text: "x")
                    if answer?.text != "POST /\(thread)/\(number) x" { failures.update { $0 += 1 } }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == 0)
        #expect(server.server.figures.requests == 1600)
    }
}
