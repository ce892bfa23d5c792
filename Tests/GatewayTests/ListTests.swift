import Journeys
import Testing
import TestSupport

/// Lists that are taken part by part while the workspace changes.
struct ListTests {
    static let orders = ["", "created_at", "-created_at", "updated_at", "-updated_at", "name", "-name"]

    /// Whoever is there from the first part to the last is met exactly once, and nobody twice, under every order.
    @Test(arguments: orders) func everybodyIsMetOnce(_ order: String) throws {
        var random = SeededRandom(seed: 0x11575 &+ UInt64(order.utf8.count))
        let gateway = try TestGateway()
        defer { gateway.stop() }
        let workspace = try gateway.makeWorkspace()
        let model = try workspace.makeModel()
        func make() throws -> String {
            gateway.clock.advance(Int64.random(in: 0...1, using: &random))
            let name = ["a", "Same", "%_\\\\", "ü", "z z"].randomElement(using: &random) ?? "a"
            return try workspace.make("/journeys", #"{"name": "\#(name)", "parent_model_id": "\#(model)"}"#)
        }
        var staying: Set<String> = []
        for _ in 0..<40 { staying.insert(try make()) }
        var going: [String] = []
        for _ in 0..<5 { going.append(try make()) }

        var met: [String] = []
        var keys: [String] = []
        var path = "/journeys?limit=7" + (order.isEmpty ? "" : "&sort=\(order)")
        let first = path
        for part in 0..<30 {
            let answer = try workspace.json("GET", path)
            for item in answer["data"]?.arrayValue ?? [] {
                met.append(item["id"]?.stringValue ?? "")
                keys.append(item["name"]?.stringValue ?? "")
            }
            guard let cursor = answer["next_cursor"]?.stringValue else { break }
            path = first + "&cursor=\(cursor)"
            // Others come, and go, the one that the cursor names too.
            for _ in 0..<3 where part < 8 { _ = try make() }
            if let last = met.last, part % 2 == 0, let index = going.firstIndex(of: last) ?? going.indices.last {
                try workspace.json("DELETE", "/journeys/\(going.remove(at: index))")
            }
        }
        #expect(Set(met).count == met.count, "met twice")
        #expect(staying.isSubset(of: met), "not met: \(staying.subtracting(met))")
        if order == "name" { #expect(keys.elementsEqual(keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })) }
        if order == "-name" {
            #expect(keys.reversed().elementsEqual(keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }))
        }
    }

    /// What does not fit into one answer is asked for in parts.
    @Test func aListHasABoundedSize() throws {
        let gateway = try TestGateway(plugins: []) { $0.limits.listBytes = 16_384 }
        defer { gateway.stop() }
        let workspace = try gateway.makeWorkspace()
        let long = String(repeating: "x", count: 6_000)
        try workspace.upload(TestWorkspace.customers)
        for number in 0..<3 {
            let model = try workspace.make(
                "/models",
                #"{"source_id": "\#(workspace.sourceID)", "name": "M\#(number)", "sql_query": "SELECT id FROM customers -- \#(long)"}"#
            )
            _ = try workspace.make(
                "/journeys", #"{"name": "J\#(number)", "parent_model_id": "\#(model)", "description": "\#(long)"}"#)
        }
        for list in ["/models", "/journeys"] {
            for query in ["", "?page=1", "?limit=3", "?sort=name"] {
                let refused = try workspace.call("GET", list + query)
                #expect(
                    refused.status == 422 && refused.text.contains("more than 16 KiB: ask for it in parts"),
                    "\(refused.text)")
                #expect(try JSON.parse(refused.body)["code"] == "list_too_large")
            }
            for query in ["?page_size=2", "?limit=1&sort=-name", "?search=J1", "?search=M1"] {
                #expect(try workspace.call("GET", list + query).status == 200, "\(list)\(query)")
            }
        }
    }

    @Test func runsArePassedOnceEach() throws {
        let gateway = try TestGateway()
        defer { gateway.stop() }
        let workspace = try gateway.makeWorkspace()
        let journey = try workspace.makeJourney(model: workspace.makeModel())
        try workspace.json("POST", "/journeys/\(journey)/activate")
        var made: [String] = []
        for _ in 0..<5 {
            let run = try workspace.json("POST", "/journeys/\(journey)/trigger")["id"]?.stringValue ?? ""
            made.append(run)
            try eventually {
                try workspace.json("GET", "/journeys/\(journey)/runs/\(run)")["status"] == "completed"
            }
        }
        for (order, expected) in [("-created_at", Array(made.reversed())), ("created_at", made)] {
            var met: [String] = []
            var cursor = ""
            repeat {
                let answer = try workspace.json(
                    "GET",
                    "/journeys/\(journey)/runs?limit=2&sort=\(order)&status=completed"
                        + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
                met += (answer["data"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
                cursor = answer["next_cursor"]?.stringValue ?? ""
            } while !cursor.isEmpty && met.count < 20
            #expect(met == expected)
        }
    }
}
