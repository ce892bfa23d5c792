import Glibc
import Journeys
import Testing
import TestSupport

/// The real program in a process of its own.
@Suite struct CommandLineTests {
    @Test func itServesRestartsAndStops() throws {
        let gateway = try GatewayProcess(plugins: ["Entry", "Wait"])
        let workspace = try gateway.createWorkspace("Made beside it")
        let caller = try gateway.caller(workspace)
        #expect(try caller.call("GET", "/journeys").json == [])
        // Keys of the command line are honoured at once.
        let viewer = try gateway.createKey(role: "viewer", workspace: workspace.id)
        #expect(try gateway.caller(workspace, key: viewer).call("POST", "/journeys", [:]).status == 403)
        _ = try caller.upload(Array("id,n\n1,2\n".utf8), table: "t", query: "key=id")
        let model = try caller.json(
            "POST", "/models",
            [
                "source_id": .string(workspace.sourceID), "name": "M", "sql_query": "SELECT * FROM t",
                "primary_key_column": "id",
            ])
        let journey = try caller.json(
            "POST", "/journeys", ["name": "J", "parent_model_id": model["id"] ?? .null])
        gateway.kill()
        try gateway.start()
        let again = try gateway.caller(workspace)
        #expect(try again.json("GET", "/journeys/\(journey["id"]?.stringValue ?? "")") == journey)
        let plugins = try gateway.client().request(
            "GET", "/api/v1/plugins", headers: [("Authorization", "Bearer \(gateway.createKey())")])
        #expect(plugins.status == 200 && plugins.text.contains("\"wait\""))
        #expect(gateway.stop() == 0)
        #expect(gateway.log.contains("stopping"))
    }

    @Test func aHangupStopsNothing() throws {
        let gateway = try GatewayProcess(plugins: [])
        Glibc.kill(gateway.pid, SIGHUP)
        try eventually { gateway.log.contains(#""event":"hangup""#) }
        #expect(try gateway.client().request("GET", "/healthz").status == 200)
        #expect(gateway.stop() == 0)
    }

    @Test func anotherProcessMayNotServeTheSameData() throws {
        let gateway = try GatewayProcess(plugins: [])
        let second = try GatewayProcess.run(["serve", "--data", gateway.dataDirectory, "--listen", "127.0.0.1:0"])
        #expect(second.status == 1 && second.errors.contains("pid \(gateway.pid)"), "\(second.errors)")
    }

    @Test(arguments: [
        ([], "usage"), (["dance"], "no command 'dance'"), (["serve"], "--data is required"),
        (["serve", "--data", "x", "--listen", "nowhere"], "HOST:PORT"),
        (["serve", "--dta", "x"], "unknown option '--dta'"),
        (["serve", "--data", "x", "--listen", "127.0.0.1:0", "--allow-destination", "10.0.0.0/99"], "10.0.0.0/99"),
        (["workspace"], "create"), (["workspace", "create", "--name", "x"], "--data is required"),
        (["key", "revoke", "--data", "x"], "say which key"),
        (["key", "rotate", "--data", "x", "--grace", "-1", "k"], "--grace"),
        (["key", "create", "--data", "x", "--role", "king"], "--role must be"),
        (["key", "create", "--data", "x", "--role", "viewer"], "--workspace is required"),
        (["key", "create", "--data", "x", "--role", "operator", "--workspace", "y"], "leave --workspace out"),
    ]) func wrongArgumentsEndWithTwoAndSayWhy(_ arguments: [String], _ text: String) throws {
        let result = try GatewayProcess.run(arguments)
        #expect(result.status == 2 && result.errors.contains(text) && result.output.isEmpty, "\(result)")
    }

    @Test func helpAndVersionGoToStandardOutput() throws {
        for command in ["serve", "workspace", "key"] {
            let result = try GatewayProcess.run([command, "--help"])
            #expect(result.status == 0 && result.output.contains("usage: tessera \(command)"))
        }
        #expect(try GatewayProcess.run(["version"]).status == 0)
    }
}
