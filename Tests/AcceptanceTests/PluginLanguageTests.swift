import Journeys
import Platform
import Testing

/// Plugins in C, C++, Rust and Swift, each built from the installed headers and kits alone, side by side in one journey.
@Suite struct PluginLanguageTests {
    /// Where a member of the crowd below must end.
    private static let ends = [
        "cake": ["birthday"], "lost": ["long-ago", "never"], "silent": ["no"], "ask": ["unsaid"],
        "told": ["yes-1", "yes-2"],
    ]

    private func crowd(_ gateway: InstalledGateway) throws -> String {
        // 1992 has a 29 February, should it be today.
        let today = try Command.succeed("date", ["-u", "+1992-%m-%d"])
        let other = try Command.succeed("date", ["-u", "-d", "+100 days", "+1992-%m-%d"])
        let recent = try Command.succeed("date", ["-u", "-d", "-1 day", "+%Y-%m-%dT%H:%M:%S.000000Z"])
        let file = gateway.folder.path + "/crowd.csv"
        let lines = [
            "id,email,born,last_order_at,opted_in", "birthday,a@example.com,\(today),\(recent),true",
            "long-ago,b@example.com,\(other),2001-01-01T00:00:00.000000Z,true", "never,c@example.com,\(other),,true",
            "no,d@example.com,\(other),\(recent),false", "unsaid,e@example.com,\(other),\(recent),",
            "yes-1,f@example.com,\(other),\(recent),true", "yes-2,,\(other),\(recent),true",
        ]
        try Files.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: file)
        return file
    }

    @Test func oneJourneySpeaksThemAll() throws {
        let folder = try TemporaryFolder()
        for name in ["weekend", "birthday", "consent", "recency", "crm"] {
            try PluginFiles.build(name, into: folder)
            let check = try Command.succeed(Installed.program(), ["plugin", "check", "\(folder.path)/\(name).so"])
            #expect(check.hasSuffix(" 0 warnings, 0 errors"), "\(check)")
        }
        let gateway = try InstalledGateway(arguments: ["--plugins", folder.path])
        let receiver = try InstalledReceiver()
        let caller = try gateway.caller()
        let before = try Command.succeed("date", ["-u", "+%F"])
        try caller.upload(crowd(gateway), to: "crowd", key: "id", of: gateway)
        let model = try caller.makeModel("SELECT * FROM crowd", key: "id", source: gateway.sourceID)
        let destination = try caller.create(
            "destinations",
            [
                "name": "CRM", "destination_type": "com.example.crm",
                "config": ["base_url": .string(receiver.url), "api_key": "a real secret"],
            ])
        let ends = Self.ends.keys.sorted()
        let journey = try caller.launch(
            Build.journey(
                "Babel", model: model,
                tiles: [
                    Build.tile("in", "entry"), Build.tile("c", "com.example.weekend"),
                    Build.tile("cpp", "com.example.birthday", ["column": "born"]),
                    Build.tile(
                        "swift", "com.example.recency",
                        ["column": "last_order_at", "bands": [["name": "recent", "days": 30]], "else": "lost"]),
                    Build.tile("rust", "com.example.consent", ["column": "opted_in"]),
                    Build.sync("crm", to: destination, ["email"]),
                ] + ends.map { Build.tile($0, "exit") },
                edges: [
                    Build.edge("in", "c"), Build.edge("c", "cpp", "weekday"), Build.edge("c", "cpp", "weekend"),
                    Build.edge("cpp", "cake", "birthday"), Build.edge("cpp", "swift", "other"),
                    Build.edge("swift", "rust", "recent"), Build.edge("swift", "lost", "lost"),
                    Build.edge("rust", "crm", "yes"), Build.edge("rust", "silent", "no"),
                    Build.edge("rust", "ask", "unknown"), Build.edge("crm", "told", "next"),
                ]))
        let run = try caller.finish(caller.trigger(journey), of: journey)
        expectCounts(run["counts"], ["entered": 7, "moved": 7, "completed": 7, "delivered": 2])
        let stats = try caller.stats(journey)
        // The day may have changed meanwhile, and with it whose birthday it is.
        if try Command.succeed("date", ["-u", "+%F"]) == before {
            for end in ends {
                #expect(
                    stats["tiles"]?[end]?["completed"]?.integerValue == Int64(Self.ends[end]?.count ?? 0),
                    "\(end): \(stats.text)")
            }
        }
        let sent = try receiver.lines()
        #expect(
            sent.allSatisfy { $0["path"] == "/inbox/contacts/batch" && $0["headers"]?["x-api-key"] == "a real secret" })
        let bodies = try sent.compactMap { $0["body"]?.stringValue }.map { try JSON.parse($0) }
        let contacts = bodies.flatMap { $0["contacts"]?.arrayValue ?? [] }
        let emails = Dictionary(
            uniqueKeysWithValues: contacts.map { ($0["external_id"]?.stringValue ?? "", $0["properties"]) })
        #expect(emails == ["yes-1": ["email": "f@example.com"], "yes-2": ["email": .null]], "\(sent)")

        let plugins = try gateway.operatorCaller().call("GET", "/api/v1/plugins").json.arrayValue ?? []
        let theirs = plugins.filter { $0["id"]?.stringValue?.hasPrefix("com.example.") == true }
        #expect(theirs.count == 5)
        for plugin in theirs {
            #expect(plugin["state"] == "active" && plugin["locked"] == false, "\(plugin.text)")
            #expect(plugin["isolation"] == "process" && plugin["secrets"] == false, "\(plugin.text)")
            #expect(
                plugin["figures"]?["failures"] == 0 && plugin["figures"]?["dropped_outcomes"] == 0, "\(plugin.text)")
        }
    }
}
