import CTessera
import Foundation
import Testing

/// Servers that fail, and connectors that do.
@Suite struct SyncFaultTests {
    let rig: SyncRig
    let hasty: SyncRig

    init() throws {
        rig = try SyncRig.open.get()
        hasty = try SyncRig.hasty.get()
    }

    private func answer(
        _ script: @escaping @Sendable (SyncServer.Request) -> SyncServer.Answer, hasty isHasty: Bool = false
    ) throws -> (SyncScriptedConnector.Answer, SyncServer, SyncRig.Destination) {
        let rig = isHasty ? hasty : rig
        let server = try SyncServer(script)
        let connector = SyncScriptedConnector(server.origin)
        let destination = rig.add(connector)
        _ = try rig.deliver(to: destination)
        return (try #require(connector.answers.first), server, destination)
    }

    @Test func noConnection() throws {
        let connector = SyncScriptedConnector("http://127.0.0.1:\(try SyncServer.deadPort())/")
        let destination = rig.add(connector)
        let (outcomes, _) = try rig.deliver(to: destination)
        #expect(outcomes == [.retry(at: 0, notAttempted: false)])
        #expect(connector.answers.map(\.transport) == [TESSERA_TRANSPORT_CONNECT])
        #expect(connector.answers[0].status == 0 && !connector.answers[0].message.isEmpty)
        #expect(destination.settled == [.init(settleClass: TESSERA_SETTLE_FAILED, rows: 1)])
    }

    @Test func noSuchName() throws {
        let connector = SyncScriptedConnector("http://nothing.invalid/")
        _ = try rig.deliver(to: rig.add(connector))
        #expect(connector.answers.map(\.transport) == [TESSERA_TRANSPORT_RESOLVE])
    }

    @Test func noTLS() throws {
        let server = try SyncServer { _ in .close }
        let connector = SyncScriptedConnector("https://127.0.0.1:\(server.port)/")
        _ = try hasty.deliver(to: hasty.add(connector))
        #expect(try #require(connector.answers.first).transport == TESSERA_TRANSPORT_TIMEOUT)
    }

    /// A certificate that nobody vouches for.
    @Test func noTrust() throws {
        let folder = try TemporaryFolder()
        let (key, certificate) = (folder.path + "/key", folder.path + "/cert")
        try Command.succeed(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", key, "-out",
                certificate,
            ])
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        server.arguments = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate]
        let output = Pipe()
        server.standardOutput = output
        server.standardError = FileHandle.nullDevice
        server.standardInput = Pipe()
        try server.run()
        // SIGTERM may be blocked in the thread that this runs on, and the child has its mask.
        defer {
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        var said = ""
        while !said.contains(/ACCEPT .*\n/) {
            let more = output.fileHandleForReading.availableData
            try #require(!more.isEmpty)
            said += String(decoding: more, as: UTF8.self)
        }
        let port = try #require(said.firstMatch(of: /ACCEPT .*:(\d+)\n/)?.output.1)
        let connector = SyncScriptedConnector("https://127.0.0.1:\(port)/")
        _ = try rig.deliver(to: rig.add(connector))
        let answer = try #require(connector.answers.first)
        #expect(answer.transport == TESSERA_TRANSPORT_TLS)
        #expect(answer.message.contains("certificate"))
    }

    @Test func noAnswer() throws {
        let (answer, _, destination) = try answer({ _ in .silence }, hasty: true)
        #expect(answer.transport == TESSERA_TRANSPORT_TIMEOUT)
        #expect(destination.settled == [.init(settleClass: TESSERA_SETTLE_FAILED, rows: 1)])
    }

    @Test func anEndlessBodyIsAnAnswer() throws {
        let (answer, _, _) = try answer({ _ in .endless })
        #expect(answer.transport == TESSERA_TRANSPORT_OK && answer.status == 200)
        #expect(answer.body == String(repeating: "x", count: 65_536))
    }

    @Test func aBodyOfExactlyTheLimitIsWhole() throws {
        let body = String(repeating: "y", count: 65_536)
        let (answer, _, _) = try answer({ _ in .status(200, body: body) })
        #expect(answer.body == body)
    }

    @Test func aHugeHeadIsNone() throws {
        let lines = (0..<20).map { "X-\($0): " + String(repeating: "z", count: 8000) }
        let (answer, _, _) = try answer({ _ in .status(200, headers: lines) })
        #expect(answer.transport == TESSERA_TRANSPORT_BROKEN)
        #expect(answer.message.contains("64 KB"))
    }

    @Test func halfAnAnswerIsBroken() throws {
        let (answer, _, _) = try answer({ _ in .raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") })
        #expect(answer.transport == TESSERA_TRANSPORT_BROKEN && answer.status == 0)
    }

    @Test func noHTTPIsBroken() throws {
        let (answer, _, _) = try answer({ _ in .raw("SSH-2.0-OpenSSH\r\n") })
        #expect(answer.transport == TESSERA_TRANSPORT_BROKEN)
    }

    @Test func interimAnswersAreSkipped() throws {
        let interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        let (answer, _, _) = try answer({ _ in
            .raw(interim + "HTTP/1.1 201 Made\r\nA: b\r\nContent-Length: 2\r\n\r\nok")
        })
        #expect(answer.status == 201 && answer.headers == ["a: b", "content-length: 2"] && answer.body == "ok")
    }

    /// Repeated only when the connection was reused and no byte of an answer came.
    @Test func aDeadKeptConnectionIsTriedAnew() throws {
        let rig = try SyncRig.keeping.get()
        let server = try SyncServer { $0.numberOnConnection == 0 ? .status(200) : .close }
        let connector = SyncScriptedConnector(server.origin)
        let destination = rig.add(connector)
        for _ in 0..<3 { #expect(try rig.deliver(to: destination).outcomes == [.advance(branch: 0)]) }
        #expect(server.requests.map(\.numberOnConnection) == [0, 1, 0, 1, 0])
        #expect(connector.answers.count == 3)
    }

    @Test func aDeadNewConnectionIsNot() throws {
        let (answer, server, _) = try answer({ _ in .close })
        #expect(answer.transport == TESSERA_TRANSPORT_BROKEN)
        #expect(server.requests.count == 1)
    }

    @Test func aReusedConnectionThatBeganToAnswerIsNot() throws {
        let rig = try SyncRig.keeping.get()
        let server = try SyncServer { $0.numberOnConnection == 0 ? .status(200) : .raw("HTTP/1.1 200 OK\r\n") }
        let connector = SyncScriptedConnector(server.origin)
        let destination = rig.add(connector)
        _ = try rig.deliver(to: destination)
        _ = try rig.deliver(to: destination)
        #expect(connector.answers.map(\.transport) == [TESSERA_TRANSPORT_OK, TESSERA_TRANSPORT_BROKEN])
        #expect(server.requests.count == 2)
    }

    /// What a connector must not ask for: nothing is sent, and the message says why.
    static let refusals: [(@Sendable (SyncScriptedConnector) -> Void, String)] = [
        ({ $0.headers = [("X-A", "b\r\nX-Evil: c")] }, "line break"),
        ({ $0.headers = [("X-A", "b\0c")] }, "line break"),
        ({ $0.headers = [("X A", "b")] }, "no token"),
        ({ $0.headers = [("", "b")] }, "no token"),
        ({ $0.headers = [("Content-LENGTH", "3")] }, "sets itself"),
        ({ $0.headers = [("transfer-encoding", "chunked")] }, "sets itself"),
        ({ $0.headers = [("Host", "example.com")] }, "sets itself"),
        ({ $0.method = "TRACE" }, "method"),
        ({ $0.method = "POST / HTTP/1.1\r\nX: y" }, "method"),
        ({ $0.url += "/a b" }, "space"),
        ({ $0.url += "/\r\nX: y" }, "control character"),
        ({ $0.url = "ftp://127.0.0.1/" }, "http or https"),
        ({ $0.url = "file:///etc/passwd" }, "http or https"),
        ({ $0.url = "127.0.0.1/" }, "http or https"),
        ({ $0.url = "" }, "http or https"),
    ]

    @Test(arguments: refusals.indices) func refuses(index: Int) throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin)
        Self.refusals[index].0(connector)
        let destination = rig.add(connector)
        let (outcomes, call) = try rig.deliver(to: destination)
        let answer = try #require(connector.answers.first)
        #expect(answer.transport == TESSERA_TRANSPORT_REFUSED)
        #expect(answer.message.contains(Self.refusals[index].1), "\(answer.message)")
        #expect(outcomes == [.retry(at: 0, notAttempted: false)])
        #expect(call.doneCount == 1)
        #expect(destination.settled == [.init(settleClass: TESSERA_SETTLE_REJECTED, rows: 1)])
        #expect(server.connections == 0)
    }

    @Test func aRowInTwoRequestsIsSentOnce() throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin)
        connector.rows = [0]
        let (outcomes, call) = try rig.deliver(3, to: rig.add(connector))
        #expect(outcomes == [.advance(branch: 0), nil, nil])
        #expect(server.requests.count == 1)
        #expect(call.doneCount == 1)
    }

    @Test func outcomesForRowsOfOthersAreDropped() throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin)
        connector.rowOffset = 1
        let (outcomes, _) = try rig.deliver(3, to: rig.add(connector))
        #expect(outcomes == [nil, nil, nil])
    }

    @Test func aFailedBuildIsARetry() throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin)
        connector.buildStatus = 1
        connector.refusedRow = 1
        let (outcomes, call) = try rig.deliver(3, to: rig.add(connector))
        #expect(outcomes == [.retry(at: 0, notAttempted: false), .fail, .retry(at: 0, notAttempted: false)])
        #expect(call.doneCount == 1)
        #expect(server.connections == 0)
    }

    @Test func rowsThatCantBeSentFailAlone() throws {
        let server = try SyncServer()
        let connector = SyncScriptedConnector(server.origin)
        connector.refusedRow = 1
        let (outcomes, call) = try rig.deliver(3, to: rig.add(connector))
        #expect(outcomes == [.advance(branch: 0), .fail, .advance(branch: 0)])
        #expect(call.error(row: 1)?.code == "BAD_REQUEST")
    }
}
