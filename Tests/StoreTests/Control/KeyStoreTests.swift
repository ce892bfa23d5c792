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

    @Test func aRotationEndsOldSecretsAtTheirTime() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        let (key, first) = try fixture.store.write {
            try $0.createAPIKey(workspaceID: workspace, name: "CI", role: .editor, by: "cli", at: 10)
        }
        func rotate(graceEnd: Int64, at now: Int64) throws -> APIKeySecret {
            let secret = try APIKeySecret(role: .editor)
            let rotated = try fixture.store.write {
                try $0.rotateAPIKey(workspaceID: workspace, id: key.id, to: secret, graceEnd: graceEnd, at: now)
            }
            #expect(rotated.id == key.id && rotated.prefix == secret.prefix && rotated.rotatedAt == now)
            return secret
        }
        func goodUntil(_ secret: APIKeySecret) throws -> Int64? {
            try fixture.store.read { try $0.apiKey(oldDigest: secret.digest)?.goodUntil }
        }
        let second = try rotate(graceEnd: 100, at: 20)
        #expect(try fixture.store.read { try $0.apiKey(digest: first.digest) } == nil)
        #expect(try goodUntil(first) == 100)
        let third = try rotate(graceEnd: 500, at: 30)
        // Another rotation never lengthens a grace.
        #expect(try goodUntil(first) == 100)
        #expect(try goodUntil(second) == 500)
        let fourth = try rotate(graceEnd: 60, at: 50)
        for old in [first, second, third] { #expect(try goodUntil(old) == 60) }
        let now = try #require(try fixture.store.read { try $0.apiKey(digest: fourth.digest) })
        #expect(now.version == 4 && now.etag == "\"4.0\"" && now.oldSecretsGoodUntil == 60)
        _ = try rotate(graceEnd: 55, at: 55)
        for old in [first, second, third, fourth] { #expect(try goodUntil(old) == nil) }
    }

    @Test func oldSecretsAreFewAndEndWithTheirKey() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        let (key, first) = try fixture.store.write {
            try $0.createAPIKey(workspaceID: workspace, name: "CI", role: .editor, expiresAt: 900, by: "cli", at: 10)
        }
        func rotate(at now: Int64, graceEnd: Int64) throws {
            let secret = try APIKeySecret(role: .editor)
            _ = try fixture.store.write {
                try $0.rotateAPIKey(workspaceID: workspace, id: key.id, to: secret, graceEnd: graceEnd, at: now)
            }
        }
        for _ in 0..<APIKeyRecord.mostOldSecrets { try rotate(at: 20, graceEnd: 100) }
        #expect(throws: StoreError.self) { try rotate(at: 20, graceEnd: 100) }
        try rotate(at: 100, graceEnd: 200)
        #expect(try fixture.store.read { try $0.apiKey(oldDigest: first.digest) } == nil)
        #expect(throws: StoreError.self) { try rotate(at: 900, graceEnd: 1000) }
        try fixture.store.write { try $0.revokeAPIKey(workspaceID: workspace, id: key.id, at: 300) }
        #expect(throws: StoreError.self) { try rotate(at: 300, graceEnd: 400) }
        let revoked = try fixture.store.read { try $0.apiKey(workspaceID: workspace, id: key.id) }
        #expect(revoked?.oldSecretsGoodUntil == nil && revoked?.status == .revoked)
    }

    /// What tells others that keys have changed moves with each change, in a bracket with the next one.
    @Test func changesOfKeysAreCounted() throws {
        let fixture = try ControlFixture()
        let workspace = fixture.workspaceID
        let (key, secret) = try fixture.store.write {
            try $0.createAPIKey(workspaceID: workspace, name: "CI", role: .editor, by: "cli", at: 10)
        }
        let other = try ControlStore(
            dataDirectory: fixture.directory, secretKey: .file, clock: fixture.clock, log: .silent)
        defer { other.close() }
        let before = try fixture.store.keyChanges()
        fixture.store.beginReads()
        #expect(try fixture.store.keyChanges() == before)
        try other.write { try $0.revokeAPIKey(workspaceID: workspace, id: key.id, at: 20) }
        #expect(try fixture.store.keyChanges() == before)
        #expect(try fixture.store.read { try $0.apiKey(digest: secret.digest) }?.status == .active)
        fixture.store.endReads()
        #expect(try fixture.store.keyChanges() > before)
        try other.write { try $0.noteUse(ofKey: key.id, at: 30) }
        let used = try #require(try fixture.store.read { try $0.apiKey(workspaceID: workspace, id: key.id) })
        #expect(used.lastUsedAt == 30 && used.updatedAt == 20)
        #expect(try fixture.store.keyChanges() == before + 1)
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
