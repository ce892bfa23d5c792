import Journeys
import Platform
import Testing

/// A destination's secrets reach their receiver and nothing else: no answer, no log, no file.
@Suite struct SecretTests {
    private static let authorization = "Bearer hush-4f6c1c9e2b7d"
    private static let apiKey = "quiet-88d0a3e51f"
    /// The bytes "whispered-signing-key-0123456789" in Base64.
    private static let signing = "whsec_d2hpc3BlcmVkLXNpZ25pbmcta2V5LTAxMjM0NTY3ODk="

    @Test func secretsAreSentAndShownNowhere() throws {
        let receiver = try InstalledReceiver()
        let gateway = try InstalledGateway()
        let caller = try gateway.caller()
        let crowd = try Crowd(20, gateway, caller)
        var shown: [Caller.Answer] = []
        let created = try caller.call(
            "POST", "destinations",
            [
                "name": "Inbox", "destination_type": "webhook",
                "config": [
                    "url": .string(receiver.url), "authorization": .string(Self.authorization),
                    "api_key": .string(Self.apiKey), "signing_secrets": [.string(Self.signing)],
                ],
            ])
        shown.append(created)
        let id = created.id
        #expect(created["config"]?["authorization"] == "********")
        #expect(created["config"]?["api_key"] == "********")
        #expect(created["config"]?["signing_secrets"] == ["********"])

        let journey = try caller.launch(crowd.journey { Build.sync($0, to: id, ["id"]) })
        _ = try caller.finish(caller.trigger(journey), of: journey)
        let lines = try receiver.lines()
        #expect(lines.count == Int(crowd.passing))
        for line in lines {
            #expect(line["headers"]?["authorization"]?.stringValue == Self.authorization)
            #expect(line["headers"]?["x-api-key"]?.stringValue == Self.apiKey)
            #expect(line["headers"]?["webhook-signature"]?.stringValue?.hasPrefix("v1,") == true)
        }

        for path in [
            "destinations", "destinations/\(id)", "destinations/\(id)/fields", "journeys", "journeys/\(journey)",
            "journeys/\(journey)/runs", "journeys/\(journey)/members", "/metrics", "/api/v1/connector-types",
        ] { shown.append(try caller.call("GET", path)) }
        shown.append(try caller.send("POST", "destinations/\(id)/test", nil))
        shown.append(try gateway.operatorCaller().call("GET", "/api/v1/plugins"))
        // A refusal must not quote them either.
        shown.append(
            try caller.send(
                "PUT", "destinations/\(id)",
                ["config": ["url": "ftp://127.0.0.1", "authorization": .string(Self.authorization)]]))
        for answer in shown {
            for secret in [Self.authorization, Self.apiKey, Self.signing] {
                #expect(!answer.text.contains(secret), "\(answer.text)")
            }
        }
        try expectNowhere(gateway)
    }

    @Test func theMaskKeepsASecretAndNullClearsIt() throws {
        let receiver = try InstalledReceiver()
        let gateway = try InstalledGateway()
        let caller = try gateway.caller()
        let crowd = try Crowd(20, gateway, caller)
        let id = try caller.makeDestination(
            receiver.url, config: ["authorization": .string(Self.authorization), "api_key": .string(Self.apiKey)])
        var shown = try caller.call("GET", "destinations/\(id)").json
        // What GET gave can be PUT back.
        #expect(try caller.call("PUT", "destinations/\(id)", shown)["config"] == shown["config"])
        let journey = try caller.launch(crowd.journey { Build.sync($0, to: id, ["id"]) })
        _ = try caller.finish(caller.trigger(journey), of: journey)
        for line in try receiver.lines() {
            #expect(line["headers"]?["authorization"]?.stringValue == Self.authorization)
        }
        let before = try receiver.lines().count

        shown = try caller.call(
            "PUT", "destinations/\(id)",
            ["config": ["url": .string(receiver.url), "authorization": .null, "api_key": "********"]]
        ).json
        #expect(shown["config"]?["authorization"] ?? .null == .null)
        #expect(shown["config"]?["api_key"] == "********")
        let again = try caller.launch(crowd.journey { Build.sync($0, to: id, ["id"]) })
        _ = try caller.finish(caller.trigger(again), of: again)
        let later = try receiver.lines().dropFirst(before)
        #expect(later.count == Int(crowd.passing))
        for line in later {
            #expect(line["headers"]?["authorization"] == nil)
            #expect(line["headers"]?["x-api-key"]?.stringValue == Self.apiKey)
        }
    }

    /// Looks through the bytes of all files of the data directory, while it is served and after, and of the logs.
    private func expectNowhere(_ gateway: InstalledGateway) throws {
        for _ in 0..<2 {
            for secret in [Self.authorization, "hush-4f6c1c9e2b7d", Self.apiKey, Self.signing, gateway.key] {
                let found = try Command("grep", ["-rlaF", "-e", secret, gateway.folder.path])
                #expect(found.status == 1 && found.output.isEmpty, "\(secret.prefix(8))… in \(found.output)")
            }
            if gateway.process != nil { #expect(try gateway.stop() == 0) }
        }
        let mode = try Command.succeed("stat", ["-c", "%a", gateway.data + "/secret.key"])
        #expect(mode == "600")
    }
}
