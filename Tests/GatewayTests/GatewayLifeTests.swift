import Gateway
import Journeys
import Platform
import Store
import Testing
import TestSupport

/// Starting, stopping, starting again.
@Suite struct GatewayLifeTests {
    @Test func whatWasAcknowledgedIsThereAfterARestart() throws {
        let directory = try TemporaryDirectory()
        let first = try TestGateway(in: directory)
        let workspace = try first.makeWorkspace()
        let journey = try workspace.makeJourney(model: workspace.makeModel())
        try workspace.json("POST", "/journeys/\(journey)/activate")
        first.stop()
        let second = try TestGateway(in: directory)
        defer { second.stop() }
        let again = TestWorkspace(
            id: workspace.id, sourceID: workspace.sourceID, key: workspace.key, client: try second.client())
        #expect(try again.json("GET", "/journeys/\(journey)")["status"] == "active")
        let run = try again.json("POST", "/journeys/\(journey)/trigger")
        let ended = try again.waitForRun(journey, run["id"]?.stringValue ?? "")
        #expect(ended["counts"]?["entered"] == 3, "\(ended.text)")
    }

    @Test func aDataDirectoryIsServedOnce() throws {
        let gateway = try TestGateway(plugins: [])
        let configuration = GatewayConfiguration(
            dataDirectory: gateway.directory.path + "/data", pluginDirectories: [])
        let second = GatewayServer(configuration: configuration, log: .silent)
        #expect(throws: StoreError.self) { try second.start() }
        #expect(try gateway.client().request("GET", "/healthz").status == 200)
    }

    @Test func readinessNeedsAnEntryTile() throws {
        let without = try TestGateway(plugins: ["Wait"])
        let answer = try without.client().request("GET", "/readyz")
        #expect(answer.status == 503 && answer.text.contains("entry tile"))
        let with = try TestGateway(plugins: ["Entry"])
        #expect(try with.client().request("GET", "/readyz").status == 200)
        #expect(try with.client().request("GET", "/metrics").text.contains("tessera_http_requests_total"))
    }

    /// Take a plugin's file away, and that type is gone and nothing else.
    @Test func aTypeWhosePluginIsMissingIsNamed() throws {
        let gateway = try TestGateway(plugins: ["Entry", "Exit"])
        let workspace = try gateway.makeWorkspace()
        let journey = try workspace.makeJourney(model: workspace.makeModel())
        let answer = try workspace.json("POST", "/journeys/\(journey)/validate")
        #expect(answer["valid"] == false && answer.text.contains("'wait'"), "\(answer.text)")
    }

    @Test func aFileThatIsNoPluginIsListedWithItsReason() throws {
        let directory = try TemporaryDirectory()
        try Files.makeDirectory(directory.path + "/plugins")
        try Files.write(Array("no plugin".utf8), to: directory.path + "/plugins/broken.so")
        let gateway = try TestGateway(plugins: ["Entry"], in: directory)
        let answer = try gateway.client().request(
            "GET", "/api/v1/plugins", headers: [("Authorization", "Bearer \(gateway.operatorKey)")])
        let plugins = try JSON.parse(answer.body).arrayValue ?? []
        #expect(plugins.contains { $0["state"] == "active" && $0["tile_types"] == ["entry"] })
        let broken = plugins.first { $0["path"]?.stringValue?.hasSuffix("broken.so") == true }
        #expect(broken?["state"] == "refused" && broken?["reason"]?.stringValue?.isEmpty == false, "\(answer.text)")
    }
}
