import Journeys
import Platform
import TestSupport
import Testing

/// The real gateway on a file system of a few MB that fills up, or that may only be read.
@Suite(.serialized, .enabled(if: SmallDisk.isAllowed, "this user may not mount")) struct FullDiskTests {
    @Test(.timeLimit(.minutes(15))) func aFullDiskIsSaidAndWaitedFor() throws {
        let home = try TemporaryDirectory()
        let disk = try SmallDisk(at: home.path + "/data", megabytes: 48)
        let gateway = try GatewayProcess(plugins: ["Entry", "Wait"], in: disk.path)
        defer { gateway.kill() }
        let workspace = try gateway.createWorkspace()
        let caller = try gateway.caller(workspace)
        let rows = (0..<40_000).map { "m\($0),\($0)\n" }.joined()
        _ = try caller.upload(Array(("id,n\n" + rows).utf8), table: "people", query: "key=id")
        let model = try caller.json(
            "POST", "/models",
            [
                "source_id": .string(workspace.sourceID), "name": "M", "sql_query": "SELECT * FROM people",
                "primary_key_column": "id",
            ])
        let draft: JSON = [
            "name": "J", "parent_model_id": model["id"] ?? .null,
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "hold", "type": "wait", "config": ["duration": 1, "unit": "days"]],
            ],
            "edges": [["from": "in", "to": "hold"]],
        ]
        let journey = try caller.json("POST", "/journeys", draft)["id"]?.stringValue ?? ""
        _ = try caller.json("POST", "/journeys/\(journey)/activate")
        try disk.fill(leaving: 600_000)
        let run = try caller.json("POST", "/journeys/\(journey)/trigger")["id"]?.stringValue ?? ""

        // It stands still and says so, everywhere.
        let shown = try eventually { () -> JSON? in
            let present = try caller.json("GET", "/journeys/\(journey)")
            return present["status"] == "error" ? present : JSON?.none
        }
        #expect(shown["status_error"]?.stringValue?.contains("full") == true, "\(shown.text)")
        #expect(try caller.json("GET", "/journeys/\(journey)/runs/\(run)")["status"] == "running")
        try disk.fill(leaving: 0)
        let refused = try eventually { () -> (status: Int, json: JSON)? in
            let answer = try caller.call("POST", "/journeys", draft)
            return answer.status == 201 ? nil : answer
        }
        #expect(refused.status == 503 && refused.json["code"] == "not_stored", "\(refused)")
        #expect(refused.json["error"]?.stringValue?.contains("full") == true, "\(refused)")
        let ready = try gateway.client().request("GET", "/readyz")
        #expect(ready.status == 503 && ready.text.contains("full"), "\(ready.text)")
        #expect(try gateway.client().request("GET", "/healthz").status == 200)
        let list = try caller.json("GET", "/journeys")
        #expect(list.arrayValue?.contains { $0["id"]?.stringValue == journey && $0["status"] == "error" } == true)

        let failed = try caller.json("GET", "/journeys?status=error")
        #expect(failed.arrayValue?.compactMap { $0["id"]?.stringValue } == [journey], "\(failed.text)")
        #expect(try caller.json("GET", "/journeys?status=active") == [])

        // And goes on by itself once there is room.
        disk.clear()
        let ended = try eventually { () -> JSON? in
            let present = try caller.json("GET", "/journeys/\(journey)/runs/\(run)")
            return present["status"] == "running" ? JSON?.none : present
        }
        #expect(ended["status"] == "completed" && ended["counts"]?["entered"] == 40_000, "\(ended.text)")
        // A moment after its run.
        try eventually {
            let active = try caller.json("GET", "/journeys/\(journey)")
            return active["status"] == "active" && active["status_error"] == ""
        }
        #expect(try caller.json("GET", "/journeys/\(journey)/stats")["total"]?["active"] == 40_000)
        try eventually { try gateway.client().request("GET", "/readyz").status == 200 }
        #expect(try caller.call("POST", "/journeys", draft).status == 201)
        #expect(gateway.stop() == 0)
    }

    @Test(.timeLimit(.minutes(15))) func aDirectoryThatMayOnlyBeReadIsRefusedAtTheStart() throws {
        let home = try TemporaryDirectory()
        let disk = try SmallDisk(at: home.path + "/data", megabytes: 24)
        let gateway = try GatewayProcess(plugins: [], in: disk.path)
        let workspace = try gateway.createWorkspace()
        #expect(gateway.stop() == 0)
        try disk.remount(readOnly: true)
        let refused = try GatewayProcess.run(["serve", "--data", disk.path, "--listen", "127.0.0.1:0"])
        #expect(refused.status == 1 && refused.errors.contains("Read-only file system"), "\(refused.errors)")
        try disk.remount(readOnly: false)
        try gateway.start()
        #expect(try gateway.caller(workspace).call("GET", "/journeys").status == 200)
        #expect(gateway.stop() == 0)
    }
}
