import Journeys
import Testing
import TestSupport

@testable import Gateway

/// `/metrics`: in the format that it says, with the figures of what was done, for those who may see it.
@Suite struct MetricsTests {
    private static func metrics(_ gateway: TestGateway) throws -> Exposition {
        let answer = try gateway.client().request("GET", "/metrics")
        #expect(answer.status == 200 && answer[header: "Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        return try Exposition(answer.text)
    }

    @Test func figuresOfWhatWasDone() throws {
        let gateway = try TestGateway()
        let workspace = try gateway.makeWorkspace()
        let journey = try workspace.makeJourney(model: workspace.makeModel())
        try workspace.json("POST", "/journeys/\(journey)/activate")
        let run = try workspace.json("POST", "/journeys/\(journey)/trigger")["id"]?.stringValue ?? ""
        try eventually { try workspace.json("GET", "/journeys/\(journey)/runs/\(run)")["finished_at"]?.isNull == false }
        _ = try workspace.call("GET", "/journeys/11111111-2222-4333-8444-555555555555")
        // A run is counted after its end is stored.
        let metrics = try eventually { () -> Exposition? in
            let metrics = try Self.metrics(gateway)
            return metrics.value("tessera_runs_ended_total", ["status": "completed", "trigger": "manual"]) == 1
                ? metrics : nil
        }
        let route = ["method": "GET", "route": "/api/v1/workspaces/{workspace}/journeys/{journey}"]
        #expect(metrics.value("tessera_http_responses_total", route.merging(["status": "404"]) { $1 }) == 1)
        #expect(metrics.value("tessera_http_request_duration_seconds_count", route) == 1)
        #expect(metrics.value("tessera_run_members_total", ["count": "entered"]) == 3)
        #expect(metrics.value("tessera_run_duration_seconds_count") == 1)
        #expect(metrics.value("tessera_runs", ["status": "running"]) == 0)
        let tile = ["workspace": workspace.id, "journey": journey, "tile": "tile-2"]
        #expect(metrics.value("tessera_members", tile.merging(["status": "active"]) { $1 }) == 3)
        #expect(metrics.value("tessera_members", tile.merging(["status": "failed"]) { $1 }) == 0)
        #expect(metrics.value("tessera_journeys", ["status": "active"]) == 1)
        for database in ["control", "members"] {
            #expect(metrics.value("tessera_database_commit_seconds_count", ["database": database]) ?? 0 > 0)
            #expect(metrics.value("tessera_database_wal_bytes", ["database": database]) ?? 0 > 0)
        }
        #expect(
            Set(metrics.values("tessera_queue_depth").map { $0.labels["queue"] ?? "" })
                == ["worker", "slow", "control_writes", "runs"])
        #expect(metrics.value("process_resident_memory_bytes") ?? 0 > 1_000_000)
        #expect(metrics.value("process_open_fds") ?? 0 > 5 && metrics.value("process_threads") ?? 0 > 5)
        #expect(metrics.value("process_cpu_seconds_total") != nil)
        #expect(metrics.value("process_start_time_seconds") ?? 0 > 1_700_000_000)
        #expect(metrics.value("tessera_log_lines_lost_total") == 0)
        #expect(metrics.values("tessera_build_info", ["version": "0"]).first?.value == 1)
        #expect(metrics.values("tessera_plugin_generation").count >= 5)
    }

    /// Scrapes show members of a workspace whose database was closed because nobody used it, and do not open it for that.
    @Test func aLookOpensNoDatabaseThatNobodyUses() throws {
        let gateway = try TestGateway()
        let workspace = try gateway.makeWorkspace()
        let journey = try workspace.makeJourney(model: workspace.makeModel())
        try workspace.json("POST", "/journeys/\(journey)/activate")
        func enter(_ members: Int) throws {
            let run = try workspace.json("POST", "/journeys/\(journey)/trigger")["id"]?.stringValue ?? ""
            #expect(try workspace.waitForRun(journey, run)["counts"]?["entered"] == .integer(Int64(members)))
        }
        let tile = ["workspace": workspace.id, "journey": journey, "tile": "tile-2", "status": "active"]
        try enter(3)
        for _ in 1...2 {
            try eventually {
                gateway.clock.advance(GatewayServer.storeLook)
                let metrics = try Self.metrics(gateway)
                #expect(metrics.value("tessera_members", tile) == 3)
                return metrics.value("tessera_member_stores_open") == 0
            }
            // Who asks has it opened.
            #expect(try workspace.json("GET", "/journeys/\(journey)/stats")["total"]?["active"] == 3)
            #expect(try Self.metrics(gateway).value("tessera_member_stores_open") == 1)
        }
        try enter(0)
        gateway.stop()
    }

    @Test func whoMaySeeIt() throws {
        let gateway = try TestGateway()
        let workspace = try gateway.makeWorkspace()
        let client = try gateway.client()
        for proxy in ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"] {
            func status(_ key: String?) throws -> Int {
                try client.request(
                    "GET", "/metrics",
                    headers: [(proxy, "1.2.3.4")] + (key.map { [("Authorization", "Bearer \($0)")] } ?? [])
                ).status
            }
            #expect(try status(nil) == 401 && status("sk_live_wrong") == 401)
            #expect(try status(workspace.key) == 403)
            #expect(try status(gateway.operatorKey) == 200)
        }
    }

    /// Behind a proxy on this machine that does not say that it is one.
    @Test func thisMachineMayNeedAKeyToo() throws {
        let gateway = try TestGateway(plugins: []) { $0.metricsWithoutKey = false }
        let client = try gateway.client()
        #expect(try client.request("GET", "/metrics").status == 401)
        let key = ("Authorization", "Bearer \(gateway.operatorKey)")
        #expect(try client.request("GET", "/metrics", headers: [key]).status == 200)
    }

    @Test func labelsAreEscapedAndBrokenTextIsSeen() throws {
        var text = ""
        MetricsText.metric(
            "a_b", "gauge", "Help", [(MetricsText.labels([("x", "a\"b\\c\nd")]), 1.5)], &text)
        #expect(try Exposition(text).value("a_b", ["x": "a\"b\\c\nd"]) == 1.5)
        for broken in [
            "a 1\n", "# HELP a b\n# TYPE a counter\na 1\n", "# HELP a b\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"1\"} 2\n",
            "# HELP a b\n# TYPE a gauge\na{x=\"1} 1\n", "# HELP a b\n# TYPE a gauge\na x\n",
            "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 2\na_sum 1\na_count 1\n",
        ] { #expect(throws: Exposition.Malformed.self) { try Exposition(broken) } }
    }
}
