import Journeys
import TestSupport

extension TestGateway {
    /// Calls a path below `/api/v1/plugins` with the operator's key; the status and the answer.
    @discardableResult
    func plugins(_ method: String, _ path: String = "", _ body: String? = nil) throws -> (status: Int, json: JSON) {
        var headers = [("Authorization", "Bearer \(operatorKey)")]
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let answer = try client().request(
            method, "/api/v1/plugins" + path, headers: headers, body: body.map { Array($0.utf8) })
        DescribedAnswer.check(method, "/api/v1/plugins" + path, answer)
        return (answer.status, try JSON.parse(answer.body))
    }

    /// Builds the test tile `test-step` of the plugin `test.tile` into the plugin directory.
    func build(_ version: String, _ defines: [String: String] = [:], as name: String = "step.so") throws {
        try CPlugin.build(
            "Tests/PluginHostTests/Fixtures/tile.c",
            defines: defines.merging(["PLUGIN_VERSION": CPlugin.string(version)]) { $1 },
            to: "\(directory.path)/plugins/\(name)")
    }
}

extension TestGateway {
    /// Builds a version of the tile `gate` of the plugin `test.gate` into the plugin directory.
    func buildGate(_ version: String, _ defines: [String: String] = [:]) throws {
        try CPlugin.build(
            "Tests/Fixtures/gate.c",
            defines: defines.merging(["VERSION": CPlugin.string(version), "_GNU_SOURCE": ""]) { $1 },
            to: "\(directory.path)/plugins/gate.so")
    }
}

extension TestWorkspace {
    /// An active journey through one tile, over all customers.
    func makeLiveJourney(through type: String, _ config: String, name: String = "Through") throws -> String {
        let journey = try make(
            "/journeys",
            """
            {"name": "\(name)", "parent_model_id": "\(try makeModel())",
             "tiles": [{"id": "in", "type": "entry"}, {"id": "through", "type": "\(type)", "config": \(config)}],
             "edges": [{"from": "in", "to": "through"}]}
            """)
        try json("POST", "/journeys/\(journey)/activate")
        return journey
    }
}
