import Journeys
import Testing
import TestSupport

/// Keys are honoured, and cease to be, at once.
@Suite struct KeyTests {
    private let gateway: TestGateway
    private let workspace: TestWorkspace

    init() throws {
        gateway = try TestGateway(plugins: [])
        workspace = try gateway.makeWorkspace()
    }

    private func makeKey(_ body: String) throws -> (id: String, key: String) {
        let json = try workspace.json("POST", "/api-keys", body)
        return (try #require(json["id"]?.stringValue), try #require(json["key"]?.stringValue))
    }

    @Test func aRevokedKeyIsRefusedAtOnce() throws {
        let (id, key) = try makeKey(#"{"name": "CI", "role": "viewer"}"#)
        #expect(try workspace.call("GET", "/journeys", key: key).status == 200)
        #expect(try workspace.json("DELETE", "/api-keys/\(id)")["status"] == "revoked")
        #expect(try workspace.call("GET", "/journeys", key: key).status == 401)
        #expect(try workspace.json("GET", "/api-keys/\(id)")["status"] == "revoked")
    }

    @Test func anExpiredKeyIsRefused() throws {
        // The clock of the gateway reads 2024-01-15T09:29:59.999999Z.
        let (_, key) = try makeKey(#"{"name": "CI", "expires_at": "2024-01-15T09:30:01Z"}"#)
        #expect(try workspace.call("GET", "/journeys", key: key).status == 200)
        gateway.clock.advance(1_000_001)
        let answer = try workspace.call("GET", "/journeys", key: key)
        #expect(answer.status == 401 && answer.text.contains("\"code\":\"key_expired\""))
        #expect(answer[header: "WWW-Authenticate"] == "Bearer")
    }

    /// The connection that a key has used before is no way around its revocation, by whichever process.
    @Test(arguments: [true, false]) func aKeptConnectionEndsWithTheKey(byAnotherProcess isOther: Bool) throws {
        let (id, key) = try makeKey(#"{"name": "CI", "role": "viewer"}"#)
        let client = try gateway.client()
        func status() throws -> Int {
            try client.request("GET", workspace.base + "/journeys", headers: [("Authorization", "Bearer \(key)")])
                .status
        }
        for _ in 0..<3 { #expect(try status() == 200) }
        if isOther {
            let command = try GatewayProcess.run(["key", "revoke", "--data", gateway.directory.path + "/data", id])
            #expect(command.status == 0 && command.output.contains("revoked"), "\(command)")
        } else {
            try workspace.json("DELETE", "/api-keys/\(id)")
        }
        #expect(try status() == 401)
    }

    @Test func aRotationGivesTheSameKeyAnotherText() throws {
        let (id, key) = try makeKey(#"{"name": "CI", "role": "editor"}"#)
        #expect(try workspace.call("GET", "/journeys", key: key).status == 200)
        let rotated = try workspace.json("POST", "/api-keys/\(id)/rotate")
        let next = try #require(rotated["key"]?.stringValue)
        #expect(rotated["id"]?.stringValue == id && rotated["role"] == "editor" && next != key)
        #expect(rotated["rotated_at"] == "2024-01-15T09:29:59Z" && rotated["previous_key_expires_at"]?.isNull == true)
        #expect(try workspace.call("GET", "/journeys", key: key).status == 401)
        #expect(try workspace.call("GET", "/journeys", key: next).status == 200)
    }

    @Test func anOldTextGoesOnForItsGrace() throws {
        let (id, key) = try makeKey(#"{"name": "CI"}"#)
        #expect(try workspace.call("GET", "/journeys", key: key).status == 200)
        let rotated = try workspace.json("POST", "/api-keys/\(id)/rotate", #"{"grace_seconds": 60}"#)
        let next = try #require(rotated["key"]?.stringValue)
        #expect(rotated["previous_key_expires_at"] == "2024-01-15T09:30:59Z")
        gateway.clock.advance(59_000_000)
        #expect(try workspace.call("GET", "/journeys", key: key).status == 200)
        gateway.clock.advance(1_000_000)
        let late = try workspace.call("GET", "/journeys", key: key)
        #expect(late.status == 401 && late.text.contains("key_expired"))
        #expect(try workspace.call("GET", "/journeys", key: next).status == 200)
        // Revoking ends old and new.
        let third = try workspace.json("POST", "/api-keys/\(id)/rotate", #"{"grace_seconds": 60}"#)["key"]?.stringValue
        try workspace.json("DELETE", "/api-keys/\(id)")
        for text in [next, try #require(third)] {
            #expect(try workspace.call("GET", "/journeys", key: text).status == 401)
        }
        #expect(try workspace.call("POST", "/api-keys/\(id)/rotate").status == 409)
    }

    @Test func aRotationIsCheckedAndRepeatable() throws {
        let (id, _) = try makeKey(#"{"name": "CI"}"#)
        for (body, status) in [
            (#"{"grace_seconds": -1}"#, 422), (#"{"grace_seconds": 2592001}"#, 422), (#"{"grace_seconds": "1"}"#, 400),
            (#"{"grace": 1}"#, 400),
        ] {
            #expect(try workspace.call("POST", "/api-keys/\(id)/rotate", body).status == status, "\(body)")
        }
        let path = "/api-keys/\(id)/rotate"
        #expect(try workspace.call("POST", path, headers: [("If-Match", "\"9.0\"")]).status == 412)
        let once = [("Idempotency-Key", "a")]
        let first = try workspace.call("POST", path, headers: once)
        #expect(first.status == 200 && first[header: "ETag"] == "\"2.0\"")
        #expect(try workspace.call("POST", path, headers: once).body == first.body)
        #expect(try workspace.json("GET", "/api-keys/\(id)")["previous_key_expires_at"]?.isNull == true)
    }

    @Test func theLastUseIsNotedNowAndThen() throws {
        let (id, key) = try makeKey(#"{"name": "CI"}"#)
        func lastUse() throws -> JSON? { try workspace.json("GET", "/api-keys/\(id)")["last_used_at"] }
        func use() throws {
            #expect(try workspace.call("GET", "/journeys", key: key).status == 200)
            // The note is queued before the use is answered: a write that is answered later comes after it.
            _ = try makeKey(#"{"name": "Other"}"#)
        }
        #expect(try lastUse()?.isNull == true)
        try use()
        #expect(try lastUse() == "2024-01-15T09:29:59Z")
        gateway.clock.advance(599_000_000)
        try use()
        #expect(try lastUse() == "2024-01-15T09:29:59Z")
        gateway.clock.advance(1_000_000)
        try use()
        #expect(try lastUse() == "2024-01-15T09:39:59Z")
    }

    @Test func theCommandLineMakesListsAndRotatesKeys() throws {
        func tessera(_ arguments: String...) throws -> (status: Int32, output: String) {
            let done = try GatewayProcess.run(["key"] + arguments + ["--data", gateway.directory.path + "/data"])
            return (done.status, done.output)
        }
        let made = try tessera(
            "create", "--role", "viewer", "--workspace", workspace.id, "--name", "Desk", "--expires-at",
            "2099-01-01T00:00:00Z")
        let first = try #require(try JSON.parse(made.output)["api_key"]?.stringValue)
        #expect(try workspace.call("GET", "/journeys", key: first).status == 200)
        // By the clock of the command line, which the gateway's is behind.
        _ = try makeKey(#"{"name": "Late", "expires_at": "2024-01-15T09:30:01Z"}"#)
        let list = try tessera("list").output.split(separator: "\n").map { $0.split(separator: " ") }
        let row = try #require(list.first { $0.last == "Desk" })
        #expect(row[1] == "viewer" && row[2] == "active" && row[3] == first.prefix(12) && row[4] == workspace.id)
        #expect(row[5] == "2099-01-01T00:00:00Z")
        #expect(list.first { $0.last == "Late" }?[2] == "expired")
        let next = try #require(try JSON.parse(tessera("rotate", String(row[0])).output)["api_key"]?.stringValue)
        #expect(try workspace.call("GET", "/journeys", key: first).status == 401)
        #expect(try workspace.call("GET", "/journeys", key: next).status == 200)
        #expect(try tessera("rotate", "11111111-2222-4333-8444-555555555555").status == 2)
    }

    @Test func theTextOfAKeyIsShownOnce() throws {
        let (id, key) = try makeKey(#"{"name": "CI"}"#)
        for path in ["/api-keys", "/api-keys/\(id)"] {
            let text = try workspace.call("GET", path).text
            #expect(!text.contains(key) && text.contains(String(key.prefix(12))))
        }
    }

    @Test func whoMadeWhatIsTheKeysID() throws {
        let (id, key) = try makeKey(#"{"name": "CI"}"#)
        let made = try workspace.call("POST", "/api-keys", #"{"name": "Next"}"#, key: key)
        #expect(try JSON.parse(made.body)["created_by"] == .string(id))
    }
}
