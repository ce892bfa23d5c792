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
        #expect(answer.status == 401 && answer.text.contains("expired"))
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
