import Journeys
import PluginHost
import Testing

struct ConnectorTests {
    private static let config: JSON = [
        "url": "https://example.com/hook", "token": "s3cret", "signing_secrets": ["whsec_1", "whsec_2"],
    ]

    private func loaded(_ settings: [String: String] = [:]) throws -> (Bench, PluginHost) {
        let bench = try Bench()
        try bench.build("connector")
        let host = bench.host(settings: settings)
        try #require(host.loadAll().map(\.state) == [.active])
        return (bench, host)
    }

    private func open(_ host: PluginHost, _ config: JSON = config) throws -> ConnectorInstance {
        try host.openConnector(type: "test-hook", config: config, workspaceID: "w", destinationID: "d").get()
    }

    @Test func thePluginSeesTokensOnly() throws {
        let (_, host) = try loaded()
        let instance = try open(host)
        // The fixture keeps the config that it was given as its instance.
        let raw = try #require(instance.raw)
        let seen = try JSON.parse(String(cString: raw.assumingMemoryBound(to: CChar.self)))
        #expect(seen["url"] == "https://example.com/hook")
        #expect(instance.secrets.map(\.value).sorted() == ["s3cret", "whsec_1", "whsec_2"])
        for secret in instance.secrets {
            #expect(seen.value(at: secret.pointer) == .string(secret.token))
            #expect(secret.token.utf8.count == 32)
            #expect(!"\(secret)".contains(secret.value))
        }
        #expect(instance.origins == ["https://example.com:443"])
        #expect(instance.type.maxRows == 50)
        #expect(instance.columns.isEmpty)
        #expect(host.isCurrent(instance))
    }

    @Test func tokensAreFreshForEachInstance() throws {
        let (_, host) = try loaded()
        let tokens = try (0..<20).flatMap { _ in try open(host).secrets.map(\.token) }
        #expect(Set(tokens).count == 60)
    }

    @Test func problemsComeWithPointers() throws {
        let (_, host) = try loaded()
        let missing = #expect(throws: OpenFailure.self) { try open(host, ["token": "x"]) }
        #expect(missing?.problems.map(\.pointer) == ["/url"])
        let number = #expect(throws: OpenFailure.self) { try open(host, ["url": "https://a", "token": 7]) }
        #expect(number?.problems == [Problem(pointer: "/token", message: "a secret must be a string, not an integer")])
        let unknown = #expect(throws: OpenFailure.self) {
            try host.openConnector(type: "mail", config: [:], workspaceID: "w", destinationID: "d").get()
        }
        #expect(unknown?.description.contains("'mail'") == true)
    }

    @Test func anInstanceClosesWhenNobodyHoldsIt() throws {
        let (bench, host) = try loaded()
        var instance: ConnectorInstance? = try open(host)
        #expect(instance != nil)
        #expect(bench.lines.count("closed") == 0)
        instance = nil
        bench.lines.wait("closed")
    }

    @Test func settingsReachThePlugin() throws {
        let (bench, _) = try loaded(["allow-destination": "127.0.0.0/8"])
        #expect(bench.lines.count("127.0.0.0/8") == 1)
    }

    @Test func theTransportIsFound() throws {
        let (_, host) = try loaded()
        #expect(host.hasTransport)
        #expect(host.connectorTypes().map(\.id) == ["test-hook"])
        let bench = try Bench()
        try bench.build("connector", ["NO_TRANSPORT": "1"])
        let without = bench.host()
        without.loadAll()
        #expect(!without.hasTransport)
    }
}
