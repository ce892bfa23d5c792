import Testing

@testable import Store

struct KeyStoreTests {
    @Test func aKeyIsFoundByItsDigestOnly() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        let (key, secret) = try fixture.store.write {
            try $0.createAPIKey(workspaceID: workspace, name: "CI", role: .editor, expiresAt: 100, by: "cli", at: 10)
        }
        #expect(secret.text.hasPrefix("sk_live_"))
        #expect(secret.text.utf8.count == 72)
        #expect(key.prefix == String(secret.text.prefix(12)))
        try fixture.reopen()
        try fixture.store.read { (reader) throws in
            #expect(try reader.apiKey(digest: APIKeySecret.digest(of: secret.text)) == key)
            #expect(try reader.apiKey(digest: APIKeySecret.digest(of: secret.text + "x")) == nil)
            #expect(try reader.apiKey(digest: []) == nil)
            #expect(try reader.apiKeys(workspaceID: workspace).items == [key])
            #expect(try reader.apiKey(workspaceID: workspace, id: key.id) == key)
            #expect(try reader.apiKey(workspaceID: nil, id: key.id) == nil)
            #expect(try reader.apiKey(workspaceID: ControlFixture.uuid(1), id: key.id) == nil)
        }
        #expect(key.isUsable(at: 99))
        #expect(!key.isUsable(at: 100))
    }

    @Test func aRevokedKeyStaysButIsNotUsable() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        let (key, secret) = try fixture.store.write {
            try $0.createAPIKey(workspaceID: workspace, name: "CI", role: .admin, by: "cli", at: 10)
        }
        #expect(throws: StoreError.notFound("API key \(key.id)")) {
            try fixture.store.write { try $0.revokeAPIKey(workspaceID: nil, id: key.id, at: 20) }
        }
        for now in [20, 30] as [Int64] {
            try fixture.store.write { try $0.revokeAPIKey(workspaceID: workspace, id: key.id, at: now) }
        }
        let revoked = try #require(try fixture.store.read { try $0.apiKey(digest: secret.digest) })
        #expect(revoked.status == .revoked)
        #expect(revoked.updatedAt == 20)
        #expect(!revoked.isUsable(at: 0))
        #expect(revoked.etag != key.etag)
    }

    @Test func serverKeysBelongToNoWorkspace() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        let (key, secret) = try fixture.store.write {
            try $0.createAPIKey(workspaceID: nil, name: "ops", role: .operator, by: "cli", at: 1)
        }
        #expect(secret.text.hasPrefix("op_live_"))
        #expect(try fixture.store.read { try $0.apiKeys(workspaceID: nil).items } == [key])
        #expect(try fixture.store.read { try $0.apiKeys(workspaceID: workspace).items }.isEmpty)
        let wrong: [(String?, KeyRole)] = [(workspace, .operator), (nil, .admin), (ControlFixture.uuid(1), .viewer)]
        for (workspaceID, role) in wrong {
            #expect(throws: StoreError.self) {
                try fixture.store.write {
                    try $0.createAPIKey(workspaceID: workspaceID, name: "x", role: role, by: "", at: 0).key
                }
            }
        }
    }
}
