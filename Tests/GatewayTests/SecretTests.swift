import Journeys
import Store
import Testing
import TestSupport

/// Secrets of destinations come in and never go out.
@Suite struct SecretTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace
    private let id: String

    init() throws {
        gateway = try TestGateway(plugins: ["Webhook"])
        workspace = try gateway.makeWorkspace()
        id = try workspace.make(
            "/destinations",
            #"""
            {"name": "Inbox", "destination_type": "webhook", "config": {"url": "http://127.0.0.1:9/", "api_key": "k-one",
             "authorization": "a-one", "signing_secrets": ["whsec_b25lb25lb25lb25lb25lb25lb25l", "whsec_dHdvdHdvdHdvdHdvdHdvdHdvdHdv"]}}
            """#)
    }

    /// The secrets as they are stored, opened beside the gateway.
    private func stored() throws -> [String: String] {
        let store = try ControlStore(
            dataDirectory: gateway.directory.path + "/data", clock: gateway.clock, log: .silent)
        defer { store.close() }
        return try store.read { try $0.destinationSecrets(workspaceID: workspace.id, id: id) }
            .mapValues { String(decoding: $0, as: UTF8.self) }
    }

    private func put(_ config: String) throws -> HTTPClient.Answer {
        try workspace.call("PUT", "/destinations/\(id)", #"{"config": \#(config)}"#)
    }

    @Test func aSecretIsNeverShown() throws {
        for path in ["/destinations", "/destinations/\(id)"] {
            let text = try workspace.call("GET", path).text
            for secret in ["k-one", "a-one", "whsec_"] { #expect(!text.contains(secret)) }
            #expect(text.contains(#""api_key":"********","authorization":"********""#))
            #expect(text.contains(#""signing_secrets":["********","********"]"#))
        }
        #expect(try stored()["/api_key"] == "k-one")
    }

    @Test func absentAndMaskedKeepNullClearsAndTextReplaces() throws {
        let answer = try put(
            #"{"url": "http://127.0.0.1:9/new", "api_key": "********", "authorization": null, "signing_secrets": ["********", "whsec_bmV3bmV3bmV3bmV3bmV3bmV3bmV3"]}"#
        )
        #expect(answer.status == 200, "\(answer.text)")
        #expect(!answer.text.contains("authorization") && !answer.text.contains("whsec_"))
        #expect(
            try stored() == [
                "/api_key": "k-one", "/signing_secrets/0": "whsec_b25lb25lb25lb25lb25lb25lb25l",
                "/signing_secrets/1": "whsec_bmV3bmV3bmV3bmV3bmV3bmV3bmV3",
            ])
        // Not spoken of at all: everything stays.
        let kept = try put(#"{"url": "http://127.0.0.1:9/newer"}"#)
        #expect(kept.text.contains(#""signing_secrets":["********","********"]"#), "\(kept.text)")
        #expect(try stored().count == 3)
        // An array that is given is given whole.
        #expect(try put(#"{"url": "http://127.0.0.1:9/", "signing_secrets": ["********"]}"#).status == 200)
        #expect(
            try stored() == ["/api_key": "k-one", "/signing_secrets/0": "whsec_b25lb25lb25lb25lb25lb25lb25l"])
    }

    @Test func secretsDoNotFollowTheDestinationToAnotherAddress() throws {
        // Port and host are another origin; a path is not.
        for url in ["http://127.0.0.2:9/", "http://127.0.0.1:10/"] {
            let masked = try put(#"{"url": "\#(url)", "api_key": "********"}"#)
            #expect(masked.status == 422, "\(masked.text)")
            #expect(masked.text.contains("/config/api_key"))
            #expect(try stored()["/api_key"] == "k-one")
        }
        let silent = try put(#"{"url": "http://127.0.0.2:9/"}"#)
        #expect(silent.status == 200 && !silent.text.contains("api_key"), "\(silent.text)")
        #expect(try stored().isEmpty)
    }

    @Test func whatGETGaveCanBePutBack() throws {
        let before = try stored()
        let shown = try workspace.call("GET", "/destinations/\(id)").text
        let answer = try workspace.call("PUT", "/destinations/\(id)", shown)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try stored() == before)
    }

    @Test func aMaskWithoutASecretIsRefused() throws {
        let answer = try workspace.call(
            "POST", "/destinations",
            #"{"name": "N", "destination_type": "webhook", "config": {"url": "http://x", "api_key": "********"}}"#)
        #expect(answer.status == 422 && answer.text.contains("/config/api_key"), "\(answer.text)")
    }

    @Test func aProblemOfTheConfigDoesNotEchoTheSecret() throws {
        let answer = try put(#"{"url": "nowhere", "api_key": "open-sesame"}"#)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(!answer.text.contains("open-sesame"))
        #expect(try stored().count == 4)
    }

    @Test func theDatabaseHoldsNoSecretInClear() throws {
        let directory = gateway.directory.path + "/data"
        for name in ["control.db", "control.db-wal"] {
            let bytes = try TestFiles.read("\(directory)/\(name)")
            for secret in ["k-one", "whsec_b25l", workspace.key] { #expect(!bytes.contains(secret)) }
        }
    }
}
