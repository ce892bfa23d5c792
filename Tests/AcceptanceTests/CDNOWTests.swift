import Glibc
import Journeys
import Platform
import Testing

/// The real data: 23,570 customers of CDNOW go through all six tile types. What should come out is computed by the
/// sqlite3 program and by Python from the same file.
@Suite struct CDNOWTests {
    /// What sqlite3 says of the file, and Python of the split.
    private struct Expectation {
        var customers = 0 as Int64
        /// `orders >= 2`.
        var entered = 0 as Int64
        /// … and `total_spent > 100`.
        var big = 0 as Int64
        /// Member, total_spent and last_order as they stand in the file.
        var rows: [String: (spent: String, date: String)] = [:]
        var arms: [String: String] = [:]
        var keys: [String: String] = [:]

        func arm(_ name: String) -> Int64 { Int64(arms.values.count { $0 == name }) }
    }

    private static let csv = Installed.data("cdnow_customers.csv")

    @Test func everyCustomerOnceWithTheRightValuesOnTheRightArm() throws {
        let folder = try TemporaryFolder()
        let receiver = try InstalledReceiver()
        let gateway = try InstalledGateway()
        let caller = try gateway.caller()
        var expected = try Self.expectation(folder)

        let uploaded = try caller.upload(Self.csv, to: "customers", key: "customer_id", of: gateway)
        #expect(uploaded["rows"]?.integerValue == expected.customers)
        #expect(uploaded["inserted"]?.integerValue == expected.customers)
        #expect(uploaded["bad"] == 0)

        let destination = try caller.makeDestination(receiver.url)
        let model = try makeModel(caller, gateway)
        let journey = try caller.launch(self.journey(model, destination, wait: "hours"))
        try Self.assign(&expected, gateway, journey, folder)

        try checkFirstRun(caller, journey, expected)
        // However long that run took, nobody's hour was over. When the wait's length has changed its members are looked at again; its
        // second passes on the gateway's clock, which is this machine's.
        try caller.call("PUT", "journeys/\(journey)", self.journey(model, destination, wait: "seconds"))
        usleep(1_100_000)
        try checkSecondRun(caller, journey, expected)
        try checkDeliveries(receiver, expected)
        try checkThirdRun(caller, journey, receiver, expected)
    }

    // MARK: The journey

    private func makeModel(_ caller: Caller, _ gateway: InstalledGateway) throws -> String {
        let model = try caller.makeModel(
            "SELECT * FROM customers", key: "customer_id", source: gateway.sourceID)
        let columns = try #require(try caller.call("GET", "models/\(model)")["columns"]?.arrayValue)
        let types = columns.map { "\($0["name"]?.stringValue ?? "") \($0["type"]?.stringValue ?? "")" }
        #expect(
            types == [
                "customer_id string", "first_order date", "last_order date", "orders integer", "cds integer",
                "total_spent number", "largest_order number",
            ])
        return model
    }

    /// - Parameter wait: the unit of the wait, which takes one of it.
    private func journey(_ model: String, _ destination: String, wait: String) -> JSON {
        let mapped = ["customer_id", "total_spent", "last_order"]
        return Build.journey(
            "Win back", model: model, entry: Build.condition("orders", "greater_than_or_equal", 2),
            tiles: [
                Build.tile("in", "entry"),
                Build.tile("big", "filter", Build.condition("total_spent", "greater_than", 100)),
                Build.split("ab", [("a", 50), ("b", 50)]),
                Build.sync("send-a", to: destination, mapped), Build.sync("send-b", to: destination, mapped),
                Build.wait("rest", 1, wait), Build.tile("done", "exit"), Build.tile("small", "exit"),
            ],
            edges: [
                Build.edge("in", "big"), Build.edge("big", "ab", "yes"), Build.edge("big", "small", "no"),
                Build.edge("ab", "send-a", "a"), Build.edge("ab", "send-b", "b"), Build.edge("send-a", "rest"),
                Build.edge("send-b", "rest"), Build.edge("rest", "done"),
            ])
    }

    private static func expectation(_ folder: TemporaryFolder) throws -> Expectation {
        let database = try SQLiteProgram.database(of: csv, in: folder)
        var expected = Expectation()
        let inside = "CAST(orders AS INTEGER) >= 2"
        let big = "\(inside) AND CAST(total_spent AS REAL) > 100"
        expected.customers = try SQLiteProgram.number(database, "SELECT count(*) FROM customers")
        expected.entered = try SQLiteProgram.number(database, "SELECT count(*) FROM customers WHERE \(inside)")
        expected.big = try SQLiteProgram.number(database, "SELECT count(*) FROM customers WHERE \(big)")
        let sql = "SELECT customer_id, total_spent, last_order FROM customers WHERE \(big)"
        for line in try SQLiteProgram.lines(database, sql) {
            let cells = line.split(separator: "|").map(String.init)
            expected.rows[cells[0]] = (cells[1], cells[2])
        }
        try #require(Int64(expected.rows.count) == expected.big)
        try #require(expected.big > 1000 && expected.big < expected.entered && expected.entered < expected.customers)
        return expected
    }

    private static func assign(
        _ expected: inout Expectation, _ gateway: InstalledGateway, _ journey: String, _ folder: TemporaryFolder
    ) throws {
        let file = folder.path + "/members"
        try Files.write(Array((expected.rows.keys.joined(separator: "\n") + "\n").utf8), to: file)
        let text = try Command.oracle(
            "members", [gateway.workspace, journey, "ab", "a=send-a:50,b=send-b:50", file])
        for line in text.split(separator: "\n") {
            let cells = line.split(separator: "|").map(String.init)
            expected.arms[cells[0]] = cells[1]
            expected.keys[cells[0]] = cells[2]
        }
        try #require(expected.arms.count == expected.rows.count)
    }

    // MARK: The runs

    private func checkFirstRun(_ caller: Caller, _ journey: String, _ expected: Expectation) throws {
        let run = try caller.finish(caller.trigger(journey), of: journey)
        let (entered, big, a, b) = (expected.entered, expected.big, expected.arm("a"), expected.arm("b"))
        #expect(run["trigger"] == "manual")
        #expect(run["error"] == "" || run["error"] == .null)
        expectCounts(
            run["counts"],
            ["entered": entered, "moved": entered, "waiting": big, "completed": entered - big, "delivered": big])
        expectTiles(
            run["tiles"],
            [
                "in": ["in": entered, "out": entered], "big": ["in": entered, "out": entered],
                "ab": ["in": big, "out": big], "send-a": ["in": a, "out": a], "send-b": ["in": b, "out": b],
                "rest": ["in": big, "waiting": big], "done": [:], "small": ["in": entered - big],
            ])
        try expectStats(caller, journey, expected, waiting: big)
    }

    private func checkSecondRun(_ caller: Caller, _ journey: String, _ expected: Expectation) throws {
        let run = try caller.finish(caller.trigger(journey), of: journey)
        let big = expected.big
        expectCounts(run["counts"], ["moved": big, "completed": big])
        expectTiles(
            run["tiles"],
            [
                "in": [:], "big": [:], "ab": [:], "send-a": [:], "send-b": [:], "rest": ["out": big],
                "done": ["in": big], "small": [:],
            ])
        try expectStats(caller, journey, expected, waiting: 0)
    }

    private func checkThirdRun(
        _ caller: Caller, _ journey: String, _ receiver: InstalledReceiver, _ expected: Expectation
    ) throws {
        let run = try caller.finish(caller.trigger(journey), of: journey)
        expectCounts(run["counts"], [:])
        expectTiles(
            run["tiles"],
            ["in": [:], "big": [:], "ab": [:], "send-a": [:], "send-b": [:], "rest": [:], "done": [:], "small": [:]])
        try expectStats(caller, journey, expected, waiting: 0)
        #expect(try receiver.lines().count == expected.rows.count)
        let runs = try #require(try caller.call("GET", "journeys/\(journey)/runs").json.arrayValue)
        #expect(runs.count == 3)
        #expect(runs.first?["id"] == run["id"], "newest first")
    }

    // MARK: What came out

    private func checkDeliveries(_ receiver: InstalledReceiver, _ expected: Expectation) throws {
        let rows = try receiver.rows()
        #expect(rows.count == expected.rows.count)
        var seen: Set<String> = []
        var wrong: [String] = []
        for row in rows {
            let member = row["primary_key"]?.stringValue ?? ""
            guard let want = expected.rows[member] else {
                wrong.append("\(row.text): nobody expected it")
                continue
            }
            if !seen.insert(member).inserted { wrong.append("\(member) came twice") }
            let data = row["data"]
            let isRight =
                data?.objectValue?.count == 3 && data?["customer_id"]?.stringValue == member
                && data?["last_order"]?.stringValue == want.date
                && data?["total_spent"]?.doubleValue == Double(want.spent)
                && row["idempotency_key"]?.stringValue == expected.keys[member] && row["operation"] == "insert"
                && row.objectValue?.count == 4
            if !isRight { wrong.append("\(row.text), expected \(want) under \(expected.keys[member] ?? "")") }
        }
        #expect(wrong.isEmpty, "\(wrong.count) rows are wrong: \(wrong.prefix(5).joined(separator: "\n"))")
        #expect(seen.count == expected.rows.count)
        let share = Double(expected.arm("a")) / Double(expected.big)
        #expect(abs(share - 0.5) < 0.03, "arm a has \(share)")
    }

    /// Each member's arm is checked by its key, which names the arm's tile; the counts of the arms are checked here.
    private func expectStats(
        _ caller: Caller, _ journey: String, _ expected: Expectation, waiting: Int64,
        at place: SourceLocation = #_sourceLocation
    ) throws {
        let stats = try caller.stats(journey, at: place)
        let (entered, big, a, b) = (expected.entered, expected.big, expected.arm("a"), expected.arm("b"))
        let gone = big - waiting
        let tiles: [String: (figures: [String: Int64], branches: [String: Int64])] = [
            "in": (["entered": entered], ["next": entered]),
            "big": (["entered": entered], ["yes": big, "no": entered - big]),
            "ab": (["entered": big], ["a": a, "b": b]),
            "send-a": (["entered": a], ["next": a]), "send-b": (["entered": b], ["next": b]),
            "rest": (["entered": big, "active": waiting], ["next": gone]),
            "done": (["entered": gone, "completed": gone], [:]),
            "small": (["entered": entered - big, "completed": entered - big], [:]),
        ]
        let all = stats["tiles"]?.objectValue ?? [:]
        #expect(Set(all.keys) == Set(tiles.keys), sourceLocation: place)
        for (id, want) in tiles {
            for name in ["active", "completed", "exited", "failed", "entered"] {
                #expect(
                    all[id]?[name]?.integerValue == want.figures[name] ?? 0, "\(id) \(name)", sourceLocation: place)
            }
            let branches = (all[id]?["branches"]?.objectValue ?? [:]).filter { $0.value != 0 }
            let wanted = want.branches.filter { $0.value != 0 }.mapValues { JSON.integer($0) }
            #expect(branches == wanted, "\(id)", sourceLocation: place)
        }
        #expect(
            stats["total"]
                == ["active": .integer(waiting), "completed": .integer(entered - waiting), "exited": 0],
            sourceLocation: place)
    }
}

/// All counts of a run, those not named being 0.
func expectCounts(_ counts: JSON?, _ wanted: [String: Int64], at place: SourceLocation = #_sourceLocation) {
    let names = ["entered", "moved", "waiting", "completed", "exited", "failed", "delivered", "skipped"]
    #expect(Set(counts?.objectValue?.keys.map { $0 } ?? []) == Set(names), sourceLocation: place)
    for name in names { #expect(counts?[name]?.integerValue == wanted[name] ?? 0, "\(name)", sourceLocation: place) }
}

/// The counts of all tiles of a run, those not named being 0.
func expectTiles(_ tiles: JSON?, _ wanted: [String: [String: Int64]], at place: SourceLocation = #_sourceLocation) {
    #expect(Set(tiles?.objectValue?.keys.map { $0 } ?? []) == Set(wanted.keys), sourceLocation: place)
    for (id, figures) in wanted {
        for name in ["in", "out", "waiting", "failed"] {
            #expect(
                tiles?[id]?[name]?.integerValue == figures[name] ?? 0, "\(id) \(name)", sourceLocation: place)
        }
    }
}
