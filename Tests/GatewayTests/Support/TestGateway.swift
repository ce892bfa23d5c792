import Gateway
import HTTPServer
import Journeys
import Platform
import Store
import TestSupport

/// A whole gateway inside the test process: real stores, real plugins, a real socket, and a clock that stands still.
final class TestGateway {
    let clock = ManualClock(1_705_310_999_999_999)
    let directory: TemporaryDirectory
    let port: UInt16
    let operatorKey: String
    /// What it has logged at its level or above: lines, several in one when they were written at once.
    let logged = Monitor<[String]>([])
    private let server: GatewayServer

    init(
        plugins: [String] = BuiltProducts.plugins, in directory: TemporaryDirectory? = nil,
        logLevel: Log.Level = .warning,
        configure: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        try BuiltProducts.linkPlugins(plugins, in: directory.path + "/plugins")
        var configuration = GatewayConfiguration(
            dataDirectory: directory.path + "/data", pluginDirectories: [directory.path + "/plugins"])
        configuration.allowedDestinations = ["127.0.0.0/8"]
        configuration.stopGrace = 2_000_000
        // The clock stands still: buckets would never fill again.
        configuration.limits.requestsPerKey = 0
        configuration.limits.requestsPerAddress = 0
        configuration.limits.strangersPerAddress = 0
        configure(&configuration)
        let logged = logged
        server = GatewayServer(
            configuration: configuration, clock: clock,
            log: Log(level: logLevel, clock: clock) { line in logged.update { $0.append(line) } })
        port = try server.start()
        operatorKey = try TestGateway.makeOperatorKey(directory.path + "/data")
    }

    func stop() { server.stop() }

    /// As `tessera key create` does it, beside the gateway.
    private static func makeOperatorKey(_ data: String) throws -> String {
        let store = try ControlStore(dataDirectory: data, clock: SystemClock(), log: .silent)
        defer { store.close() }
        let secret = try APIKeySecret(role: .operator)
        try store.write { writer in
            try writer.insertAPIKey(
                APIKeyRecord(
                    id: "0a0a0a0a-0000-4000-8000-\(secret.text.suffix(12))", workspaceID: nil, name: "Test",
                    prefix: secret.prefix, role: .operator, createdBy: "", createdAt: 0, updatedAt: 0),
                digest: secret.digest)
        }
        return secret.text
    }

    func client() throws -> HTTPClient { try HTTPClient(port: port) }

    /// A new workspace with its first key.
    func makeWorkspace(_ name: String = "Test") throws -> TestWorkspace {
        let answer = try client().request(
            "POST", "/api/v1/workspaces",
            headers: [("Authorization", "Bearer \(operatorKey)"), ("Content-Type", "application/json")],
            text: "{\"name\":\"\(name)\"}")
        let json = try JSON.parse(answer.body)
        guard answer.status == 201, let id = json["id"]?.stringValue, let key = json["api_key"]?.stringValue,
            let source = json["embedded_source_id"]?.stringValue
        else { throw Unexpected(answer: "\(answer.status) \(answer.text)") }
        return TestWorkspace(id: id, sourceID: source, key: key, client: try client())
    }
}

/// An answer that a test's preparation can't go on with.
struct Unexpected: Error {
    let answer: String
}
