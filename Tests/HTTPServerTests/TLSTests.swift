import Glibc
import HTTPServer
import Platform
import Testing
import TestSupport

/// TLS on the listener, with curl and openssl as clients.
@Suite struct TLSTests {
    private let certificates: Certificates

    init() throws {
        certificates = try Certificates()
        try certificates.make("own")
    }

    private var own: TLSFiles { TLSFiles(certificate: certificates.path("own.pem"), key: certificates.path("own.key")) }

    private func server(
        _ handler: TestHandler = .echo(), _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> TestServer {
        try TestServer(handler) { configuration in
            configuration.tls = own
            configure(&configuration)
        }
    }

    private func curl(_ server: TestServer, _ path: String, trusting name: String = "own", _ more: String...) throws
        -> Tool
    {
        try Tool(
            ["curl", "-sS", "--max-time", "15", "--cacert", certificates.path(name + ".pem")] + more
                + ["https://127.0.0.1:\(server.port)\(path)"])
    }

    /// What `openssl s_client` says of a connection on which it sends nothing.
    private func openssl(_ server: TestServer, _ more: String...) throws -> Tool {
        try Tool(
            ["openssl", "s_client", "-connect", "127.0.0.1:\(server.port)", "-CAfile", certificates.path("own.pem")]
                + more)
    }

    @Test func answers() throws {
        let server = try server()
        let answer = try curl(server, "/a?b")
        #expect(answer.output == "GET /a?b " && answer.status == 0, "\(answer.errors)")
        #expect(try curl(server, "/", "--data", "hello").output == "POST / hello")
    }

    @Test func oneConnectionServesMany() throws {
        let server = try server()
        let url = "https://127.0.0.1:\(server.port)/"
        let answer = try curl(server, "/c", "-w", "%{num_connects};", url + "a", url + "b")
        #expect(answer.output == "GET /a 1;GET /b 0;GET /c 0;")
    }

    /// A client that does not know the certificate goes away; the server goes on.
    @Test func strangersRefuseTheCertificate() throws {
        let server = try server()
        try certificates.make("other")
        #expect(try curl(server, "/", trusting: "other").status == 60)
        #expect(try curl(server, "/").status == 0)
    }

    @Test func versionsAndProtocols() throws {
        let server = try server()
        #expect(try openssl(server, "-alpn", "h2,http/1.1").output.contains("ALPN protocol: http/1.1"))
        #expect(try openssl(server, "-tls1_3").output.contains("Verify return code: 0 (ok)"))
        #expect(try openssl(server, "-tls1_2").status == 0)
        let old = try openssl(server, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
        #expect(old.status != 0 && old.errors.contains("alert"), "\(old.errors)")
        let h2 = try openssl(server, "-alpn", "h2")
        #expect(h2.status != 0 && h2.errors.contains("no application protocol"), "\(h2.errors)")
    }

    /// Both ends stop writing many times over such bodies.
    @Test func largeBodies() throws {
        var bytes = [UInt8](repeating: 0, count: 8 << 20)
        for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 13) }
        let sent = bytes
        let received = Monitor<[UInt8]>([])
        let server = try server(
            TestHandler(policy: { _ in .collect(limit: 16 << 20) }) { request, responder in
                received.update { $0 = request.body }
                responder.respond(Response(status: 200, body: sent))
            })
        try Files.write(bytes, to: certificates.path("sent"))
        let answer = try curl(
            server, "/", "--data-binary", "@" + certificates.path("sent"), "-o", certificates.path("received"))
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(received.withLock { $0 } == bytes)
        #expect(try Files.read(certificates.path("received")) == bytes)
    }

    @Test func streamedBothWays() throws {
        let consumer = Counter()
        let server = try server(
            TestHandler(policy: { $0.method == .put ? .stream(consumer) : .collect(limit: 0) }) { _, responder in
                let stream = responder.startStreaming(headers: [("Content-Type", "text/event-stream")])
                for number in 0..<3 { stream.write(Array("data: \(number)\n\n".utf8)) }
                stream.finish()
            })
        #expect(try curl(server, "/", "-N").output == "data: 0\n\ndata: 1\n\ndata: 2\n\n")
        try Files.write([UInt8](repeating: 7, count: 3_000_000), to: certificates.path("sent"))
        #expect(try curl(server, "/", "-T", certificates.path("sent")).output == "3000000")
        #expect(
            try curl(server, "/", "-T", certificates.path("sent"), "-H", "Transfer-Encoding: chunked").output
                == "3000000")
    }

    /// An answer that ends with its connection is whole only if the server says that it ends it: a peer must see a cut.
    @Test func theEndIsTold() throws {
        let server = try server(
            TestHandler { request, responder in
                let stream = responder.startStreaming()
                stream.write(Array("whole".utf8))
                // Dropped unfinished, which breaks it off.
                if request.head.path == "/whole" { stream.finish() }
            })
        // curl overlooks a missing close_notify.
        let client = """
            import socket, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[1])
            raw = socket.create_connection(("127.0.0.1", int(sys.argv[2])), 15)
            peer = context.wrap_socket(raw, server_hostname="127.0.0.1", suppress_ragged_eofs=False)
            peer.sendall(b"GET /%s HTTP/1.0\\r\\n\\r\\n" % sys.argv[3].encode())
            answer = b""
            while more := peer.recv(1000):
                answer += more
            print(answer.decode().split("\\r\\n\\r\\n")[1])
            """
        func ask(_ path: String) throws -> Tool {
            try Tool("python3", "-c", client, own.certificate, "\(server.port)", path)
        }
        let whole = try ask("whole")
        #expect(whole.status == 0 && whole.output == "whole\n", "\(whole.errors)")
        let cut = try ask("cut")
        #expect(cut.status != 0 && cut.errors.contains("SSLEOFError"), "\(cut.output)\(cut.errors)")
        #expect(try curl(server, "/whole", "--http1.0").output == "whole")
    }

    /// Plain HTTP on the port: the connection ends without a reset, and with no word that a client could take for an answer.
    @Test func plainHTTP() throws {
        let server = try server()
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "b", count: 5000))\r\n\r\n")
        var received: [UInt8] = []
        while true {
            let more = try client.receive()
            if more.isEmpty { break }
            received += more
        }
        #expect(!String(decoding: received, as: UTF8.self).contains("HTTP"))
        client.close()
        #expect(try curl(server, "/").status == 0)
    }

    @Test(arguments: [[], [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]] as [[UInt8]]) func slowHandshake(_ begun: [UInt8])
        throws
    {
        let server = try server { $0.headerDeadline = 100_000 }
        let client = try server.client()
        try client.send(begun)
        #expect(try client.receiveToEnd() == [])
        try eventually { server.server.figures.connections == 0 }
    }

    @Test func aPeerThatDiesInTheHandshake() throws {
        let server = try server()
        let client = try server.client()
        try client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
        client.reset()
        try eventually { server.server.figures.accepted == 1 && server.server.figures.connections == 0 }
        #expect(try curl(server, "/").status == 0)
    }

    /// Too many: no handshake is made only to say so.
    @Test func tooManyConnections() throws {
        let server = try server { $0.maxConnections = 0 }
        #expect(try server.client().receiveToEnd() == [])
        #expect(server.server.figures.refused == 1)
    }

    @Test func aChangedCertificateIsTaken() throws {
        let server = try server()
        try certificates.make("new")
        try Files.write(Array("no certificate".utf8), to: certificates.path("own.pem"))
        // The old one stays, and the log says why.
        let refusal: String? = server.logged.wait(microseconds: 20_000_000) { lines in
            lines.first { $0.contains("\"error\"") && $0.contains("own.pem") }
        }
        #expect(refusal?.contains("the old one stays") == true)
        try certificates.copy("new", over: "own")
        let reload: Bool? = server.logged.wait(microseconds: 20_000_000) { lines in
            lines.contains { $0.contains("reloaded") } ? true : nil
        }
        #expect(reload == true)
        #expect(try curl(server, "/", trusting: "new").output == "GET / ")
    }

    /// While a file is broken, new connections get the certificate that there was.
    @Test func aBrokenKeyChangesNothing() throws {
        try certificates.copy("own", over: "kept")
        let server = try server()
        try certificates.make("other")
        try Files.write(try Files.read(certificates.path("other.key")), to: certificates.path("own.key"))
        let refusal: Bool? = server.logged.wait(microseconds: 20_000_000) { lines in
            lines.contains { $0.contains("is not that of the certificate") } ? true : nil
        }
        #expect(refusal == true)
        #expect(try curl(server, "/", trusting: "kept").output == "GET / ")
    }

    @Test func filesThatCannotBeUsed() throws {
        try certificates.make("other")
        let encrypted = try Tool(
            "openssl", "pkey", "-in", certificates.path("own.key"), "-aes256", "-passout", "pass:secret", "-out",
            certificates.path("locked.key"))
        try #require(encrypted.status == 0)
        let bad = [
            TLSFiles(certificate: own.certificate, key: certificates.path("other.key")),
            TLSFiles(certificate: own.certificate, key: certificates.path("locked.key")),
            TLSFiles(certificate: own.key, key: own.key),
            TLSFiles(certificate: certificates.path("none.pem"), key: own.key),
        ]
        for files in bad {
            #expect(throws: TLSError.self) { try self.server { $0.tls = files } }
        }
    }

    @Test func aKeyThatOthersMayReadIsTold() throws {
        chmod(own.key, 0o644)
        let server = try server()
        #expect(server.logged.withLock { $0.contains { $0.contains("chmod 600") && $0.contains("own.key") } })
    }

    @Test func stopEndsOpenSessions() throws {
        let server = try server()
        let client = try server.client()
        try client.send([0x16, 0x03, 0x01])
        try eventually { server.server.figures.connections == 1 }
        server.server.stop(grace: 5_000_000)
        #expect(try client.receiveToEnd() == [])
    }
}

/// Counts what is uploaded.
private final class Counter: BodyConsumer {
    private let count = Monitor(0)

    func received(_ bytes: [UInt8]) { count.update { $0 += bytes.count } }

    func finished(_ responder: Responder) {
        responder.respond(.text("\(count.update { count in defer { count = 0 }; return count })"))
    }

    func aborted() {}
}
