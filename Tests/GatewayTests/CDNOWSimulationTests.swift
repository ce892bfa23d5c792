import HTTPServer
import Journeys
import Platform
import Testing
import TestSupport

/// The real customers of CDNOW on a journey of all tile types: 90 virtual days of it deliver what 90 days deliver, one after
/// the other, on a clock that the test moves.
@Suite struct CDNOWSimulationTests {
    private let directory: TemporaryDirectory
    private let inbox: Inbox
    private let receiver: HTTPServer
    private let gateway: TestGateway
    private let workspace: TestWorkspace

    init() throws {
        directory = try TemporaryDirectory()
        gateway = try TestGateway(in: directory)
        inbox = Inbox(clock: gateway.clock)
        receiver = HTTPServer(configuration: ServerConfiguration(), handler: inbox, log: .silent, clock: SystemClock())
        workspace = try gateway.makeWorkspace()
    }

    private static func condition(_ column: String, _ test: String, _ value: JSON) -> JSON {
        [
            "type": "condition", "condition_type": "property", "column": .string(column), "operator": .string(test),
            "value": value,
        ]
    }

    private static func send(_ id: String, _ destination: String) -> JSON {
        [
            "id": .string(id), "type": "sync",
            "config": [
                "destination_id": .string(destination),
                "field_mapping": .array(
                    ["customer_id", "total_spent", "last_order", "orders"].map {
                        ["source_column": .string($0), "destination_field": .string($0)]
                    } + [["value": .string(id), "destination_field": "campaign.name"]]),
            ],
        ]
    }

    /// Customers come in as their last order gets old, a few each day: the data is of 1997 and 1998, the clock's year 2024.
    private func launch() throws -> String {
        let csv = try Files.read(CPlugin.packageDirectory + "/Tests/Data/cdnow_customers.csv")
        try workspace.upload(String(decoding: csv, as: UTF8.self), query: "?key=customer_id")
        let model = try workspace.make(
            "/models",
            """
            {"source_id": "\(workspace.sourceID)", "name": "C", "sql_query": "SELECT * FROM customers",
             "entity_type": "parent", "primary_key_column": "customer_id"}
            """)
        let destination = try workspace.makeDestination(url: "http://127.0.0.1:\(try receiver.start())/")
        let journey: JSON = [
            "name": "Win back", "parent_model_id": .string(model), "schedule": "0 6 * * *",
            "entry_criteria": [
                "type": "and",
                "children": [
                    Self.condition("orders", "greater_than_or_equal", 2),
                    Self.condition("last_order", "less_than_or_equal", ["relative": "-9500 days"]),
                ],
            ],
            "exit_criteria": Self.condition("last_order", "less_than", ["relative": "-9800 days"]),
            "tiles": [
                ["id": "in", "type": "entry"],
                ["id": "big", "type": "filter", "config": Self.condition("total_spent", "greater_than", 100)],
                [
                    "id": "ab", "type": "split",
                    "config": ["variants": [["name": "a", "weight": 50], ["name": "b", "weight": 50]]],
                ],
                Self.send("send-a", destination), Self.send("send-b", destination),
                // Over in the middle of a day: a run that begins or ends some seconds late makes no difference.
                ["id": "rest", "type": "wait", "config": ["duration": 228, "unit": "hours"]],
                ["id": "best", "type": "filter", "config": Self.condition("orders", "greater_than", 4)],
                Self.send("remind", destination), ["id": "done", "type": "exit"], ["id": "small", "type": "exit"],
            ],
            "edges": [
                ["from": "in", "to": "big"], ["from": "big", "to": "ab", "branch": "yes"],
                ["from": "big", "to": "small", "branch": "no"], ["from": "ab", "to": "send-a", "branch": "a"],
                ["from": "ab", "to": "send-b", "branch": "b"], ["from": "send-a", "to": "rest", "branch": "next"],
                ["from": "send-b", "to": "rest", "branch": "next"], ["from": "rest", "to": "best"],
                ["from": "best", "to": "remind", "branch": "yes"], ["from": "best", "to": "done", "branch": "no"],
                ["from": "remind", "to": "done", "branch": "next"],
            ],
        ]
        let id = try workspace.make("/journeys", journey.text)
        try workspace.json("POST", "/journeys/\(id)/activate")
        return id
    }

    @Test(.timeLimit(.minutes(15))) func ninetyVirtualDaysDeliverWhatNinetyDaysDo() throws {
        let journey = try launch()
        let lines = try workspace.call(
            "POST", "/journeys/\(journey)/simulate", #"{"days": 90}"#, headers: [("Accept", "application/x-ndjson")]
        ).body.split(separator: 10).map { try JSON.parse($0) }
        let report = try #require(lines.last?["report"], "\(lines.last?.text ?? "")")
        let simulated = lines.compactMap { $0["delivery"] }.map { delivery in
            Inbox.Row(
                day: String(delivery["at"]?.stringValue?.prefix(10) ?? ""),
                member: delivery["member"]?.stringValue ?? "",
                key: delivery["key"]?.stringValue ?? "", data: Self.nested(delivery["payload"]))
        }
        #expect(report["runs"] == 90 && report["assumed"] == [])
        #expect(report["deliveries_total"]?.integerValue == Int64(simulated.count))
        #expect(inbox.rows.withLock { $0.isEmpty }, "nothing was sent")
        #expect(try workspace.json("GET", "/journeys/\(journey)/runs") == [])

        for _ in 1...90 { try nextDay(journey) }
        let real = inbox.rows.withLock { $0 }
        #expect(real.count == simulated.count)
        let (virtual, done) = (Set(simulated), Set(real))
        #expect(virtual.count == simulated.count && done.count == real.count, "nobody twice")
        let isSame = virtual == done
        #expect(
            isSame,
            "only virtual: \(virtual.subtracting(done).prefix(3)), only real: \(done.subtracting(virtual).prefix(3))")
        // It was worth comparing: many days, and more than one send.
        #expect(real.count > 1000 && Set(real.map(\.day)).count > 60)
        // Where members are in the end is where they were said to be.
        let stats = try workspace.json("GET", "/journeys/\(journey)/stats")
        #expect(stats["total"]?["active"] == report["totals"]?["active"])
        #expect(stats["total"]?["completed"] == report["totals"]?["completed"])
        #expect(stats["total"]?["exited"] == report["totals"]?["exited"])
        for (id, tile) in report["tiles"]?.objectValue ?? [:] {
            #expect(stats["tiles"]?[id]?["entered"] == tile["entered"], "\(id)")
        }
    }

    /// As the webhook nests fields with dots in their names.
    private static func nested(_ payload: JSON?) -> JSON {
        var members = payload?.objectValue ?? [:]
        if let name = members.removeValue(forKey: "campaign.name") { members["campaign"] = ["name": name] }
        return .object(members)
    }

    /// Moves the clock to the schedule's next time and waits, in real time, until that day's run has ended. The clock goes
    /// on a little when that takes long: who waits in it for a busy machine would wait for ever.
    private func nextDay(_ journey: String) throws {
        let day: Int64 = 86_400_000_000
        let now = gateway.clock.now()
        let six = now / day * day + 6 * 3_600_000_000
        let next = six > now ? six : six + day
        gateway.clock.set(next)
        var looks = 0
        try eventually {
            let runs = try workspace.json("GET", "/journeys/\(journey)/runs?page=1&page_size=1")
            if let run = runs["data"]?[0], run["status"] == "completed",
                let created = run["created_at"]?.stringValue.flatMap({ Timestamp.parse($0) }), created >= next
            {
                return true
            }
            looks += 1
            if looks > 20 { gateway.clock.advance(100_000) }
            return false
        }
    }
}
