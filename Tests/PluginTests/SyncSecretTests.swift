import CTessera
import Foundation
import Outbound
import Testing

/// Secrets: where they go and where they must not.
@Suite struct SyncSecretTests {
    static let token = "tok_0123456789abcdef0123456789abcdef"
    static let secret = "s3cr3t/value+9"
    let rig: SyncRig
    let server: SyncServer

    init() throws {
        rig = try SyncRig.open.get()
        server = try SyncServer {
            .status(200, headers: ["X-Echo: \(Self.secret)"], body: "got \($0.path) \(Self.secret)")
        }
    }

    private func destination(
        _ connector: SyncScriptedConnector, origin: String? = nil, value: String = secret
    ) -> SyncRig.Destination {
        rig.add(connector) { destination in
            destination.secrets = [(Self.token, value)]
            destination.origins = [origin ?? server.origin]
        }
    }

    @Test func takeTheirTokensPlaceInHeadersAndURL() throws {
        let connector = SyncScriptedConnector(server.origin + "/hook/\(Self.token)?a=\(Self.token)")
        connector.headers = [("Authorization", "Bearer \(Self.token)"), ("X-Two", "\(Self.token),\(Self.token);")]
        connector.body = "the token \(Self.token)"
        #expect(try rig.deliver(to: destination(connector)).outcomes == [.advance(branch: 0)])
        let request = try #require(server.requests.first)
        #expect(request.path == "/hook/\(Self.secret)?a=\(Self.secret)")
        #expect(request.headers["authorization"] == "Bearer \(Self.secret)")
        #expect(request.headers["x-two"] == "\(Self.secret),\(Self.secret);")
        #expect(request.body == "the token \(Self.token)")
    }

    @Test func areStarredInAnswers() throws {
        let connector = SyncScriptedConnector(server.origin + "/a/\(Self.token)")
        _ = try rig.deliver(to: destination(connector))
        let answer = try #require(connector.answers.first)
        #expect(answer.body == "got /a/******** ********")
        #expect(answer.headers.contains("x-echo: ********"))
    }

    /// A secret, what an answer says, and what is kept of that.
    @Test(arguments: [
        ("Bearer t0ken-abcdef-123456", "bad token t0ken-abcdef-123456.", "bad token ********."),
        ("Bearer t0ken-abcdef-123456", "bearer of bad news: Bearer", "bearer of bad news: Bearer"),
        (#"Token token="t0ken-abcdef""#, "no t0ken-abcdef", "no ********"),
        (#"Token token="t0ken-abcdef""#, #"no Token token=\"t0ken-abcdef\""#, "no ********"),
        (Self.hook, "no hook /services/T0123ABCD/B0123ABCD/abcdefghij0123456789wxyz!", "no hook ********!"),
        (Self.hook, "no hook abcdefghij0123456789wxyz at services", "no hook ******** at services"),
        (
            Self.hook, #"{"url":"https:\/\/hooks.example\/services\/T0123ABCD\/B0123ABCD\/abcdefghij0123456789wxyz"}"#,
            #"{"url":"********"}"#
        ),
        (Self.hook, #"{"path":"\/services\/T0123ABCD\/B0123ABCD\/abcdefghij0123456789wxyz"}"#, #"{"path":"********"}"#),
        (
            "https://me:passw0rd-long@a.example/in?v=1&sig=abcdefghij012345", "v=1 abcdefghij012345 passw0rd-long",
            "v=1 ******** ********"
        ),
        (Self.secret, "s3cr3t%2Fvalue%2B9 s3cr3t%2fvalue%2b9 s3cr3t/value%2B9", "******** ******** ********"),
    ]) func areStarredInPartsToo(value: String, said: String, kept: String) throws {
        let server = try SyncServer { _ in .status(400, body: said) }
        let connector = SyncScriptedConnector(server.origin)
        let (_, call) = try rig.deliver(to: destination(connector, value: value))
        #expect(connector.answers.map(\.body) == [kept])
        #expect(call.error(row: 0)?.response == kept)
    }
    private static let hook = "https://hooks.example/services/T0123ABCD/B0123ABCD/abcdefghij0123456789wxyz"

    /// Where a text is cut in the middle of a secret, its beginning goes too.
    @Test func noBeginningOfOneIsLeftWhereATextIsCut() throws {
        let secret = "t0ken-abcdef-123456"
        let long = String(repeating: "x", count: 65_536 - 9)
        let server = try SyncServer { _ in .status(400, body: long + secret) }
        let connector = SyncScriptedConnector(server.origin)
        let head = "POST \(server.origin)\nContent-Type: text/plain\n\n"
        let sent = String(repeating: "y", count: 16_384 - head.utf8.count - 9)
        connector.body = sent + secret
        let (_, call) = try rig.deliver(to: destination(connector, value: "Bearer " + secret))
        let error = try #require(call.error(row: 0))
        // Still as long as a body that was cut: so a connector knows.
        #expect(error.response == long + "*********")
        #expect(error.request == head + sent + "\n… (cut: the body has \(sent.count + secret.count) bytes)")
    }

    /// URL, header value, whether signed.
    @Test(arguments: [0, 1, 2]) func goToTheirOriginOnly(place: Int) throws {
        let connector = SyncScriptedConnector(server.origin + (place == 0 ? "/\(Self.token)" : "/"))
        if place == 1 { connector.headers = [("X-Api-Key", Self.token)] }
        if place == 2 { connector.signingTokens = [Self.token] }
        let destination = destination(
            connector, origin: "http://127.0.0.1:1", value: place == 2 ? "whsec_AAAA" : Self.secret)
        _ = try rig.deliver(to: destination)
        let answer = try #require(connector.answers.first)
        #expect(answer.transport == TESSERA_TRANSPORT_REFUSED)
        #expect(answer.message.contains("\(server.origin), but"))
        #expect(!answer.message.contains(Self.secret))
        #expect(server.connections == 0)
    }

    @Test func aRequestWithoutSecretsMayGoElsewhere() throws {
        let connector = SyncScriptedConnector(server.origin)
        #expect(
            try rig.deliver(to: destination(connector, origin: "http://127.0.0.1:1")).outcomes == [.advance(branch: 0)])
    }

    /// Origins are compared as what libcurl connects to, whatever their spelling.
    @Test func originsAreComparedByMeaning() throws {
        let connector = SyncScriptedConnector("HTTP://2130706433:\(server.port)/\(Self.token)")
        #expect(try rig.deliver(to: destination(connector)).outcomes == [.advance(branch: 0)])
        let fooled = SyncScriptedConnector("http://127.0.0.1:\(server.port)@localhost:1/\(Self.token)")
        _ = try rig.deliver(to: destination(fooled))
        #expect(fooled.answers.map(\.transport) == [TESSERA_TRANSPORT_REFUSED])
    }

    @Test func aSecretCantBreakOutOfItsHeader() throws {
        let connector = SyncScriptedConnector(server.origin)
        connector.headers = [("X-Api-Key", Self.token)]
        _ = try rig.deliver(to: destination(connector, value: "a\r\nX-Evil: b"))
        #expect(connector.answers.map(\.transport) == [TESSERA_TRANSPORT_REFUSED])
        #expect(server.connections == 0)
    }

    @Test func signatureIsThatOfStandardWebhooks() throws {
        let keys = [Data((0..<24).map { UInt8($0) }), Data((0..<32).map { UInt8(200 - $0) })]
        let connector = SyncScriptedConnector(server.origin)
        connector.signingTokens = ["first-token-0000", "second-token-000"]
        connector.body = "{\"é\": 1}"
        let destination = rig.add(connector) { destination in
            destination.secrets = zip(connector.signingTokens, keys).map { ($0, "whsec_" + $1.base64EncodedString()) }
            destination.origins = [server.origin]
        }
        #expect(try rig.deliver(to: destination).outcomes == [.advance(branch: 0)])
        let request = try #require(server.requests.first)
        #expect(request.headers["webhook-id"] == "msg_0")
        #expect(request.headers["webhook-timestamp"] == "\(rig.now / 1_000_000)")
        let folder = try TemporaryFolder()
        try Data("msg_0.\(rig.now / 1_000_000).{\"é\": 1}".utf8).write(to: URL(fileURLWithPath: folder.path + "/m"))
        let expected = try keys.map { key in
            let hex = key.map { String(format: "%02x", $0) }.joined()
            let arguments = ["dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(hex)", "-binary", "-out"]
            try Command.succeed("openssl", arguments + [folder.path + "/s", folder.path + "/m"])
            return "v1," + (try Data(contentsOf: URL(fileURLWithPath: folder.path + "/s")).base64EncodedString())
        }
        #expect(request.headers["webhook-signature"] == expected.joined(separator: " "))
    }

    /// The example of https://www.standardwebhooks.com.
    @Test func signerKnowsThePublishedExample() throws {
        let signer = try WebhookSigner(secrets: [Array("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".utf8)])
        let signature = Array("msg_p5jXN8AQM9LWM0D4loKWxJek".utf8).withUnsafeBytes { id in
            Array(#"{"test": 2432232314}"#.utf8).withUnsafeBytes {
                signer.signature(id: id, timestamp: 1_614_265_330, body: $0)
            }
        }
        #expect(String(decoding: signature, as: UTF8.self) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(arguments: ["", "whsec_", "whsec_*", "whsec_A", "whsec_AA==="]) func refusesSecretsOfAnotherForm(
        secret: String
    ) {
        #expect(throws: WebhookSecretError.self) { try WebhookSigner(secrets: [Array(secret.utf8)]) }
    }

    @Test func anUnknownSigningTokenIsRefused() throws {
        let connector = SyncScriptedConnector(server.origin)
        connector.signingTokens = ["not-issued"]
        _ = try rig.deliver(to: destination(connector))
        #expect(connector.answers.map(\.transport) == [TESSERA_TRANSPORT_REFUSED])
        #expect(server.connections == 0)
    }
}
