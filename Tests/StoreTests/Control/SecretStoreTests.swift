import Foundation
import Glibc
import Journeys
import Platform
import Testing

@testable import Store

struct SecretStoreTests {
    private let marker = "whsec_this-must-not-lie-in-clear"

    private func destination(_ fixture: ControlFixture, _ number: Int = 1) -> DestinationRecord {
        DestinationRecord(
            id: ControlFixture.uuid(number), workspaceID: fixture.workspaceID, name: "Hook", destinationType: "webhook",
            config: ["url": "https://example.org"], createdBy: "key", createdAt: 1, updatedAt: 1)
    }

    private func secrets(_ fixture: ControlFixture, _ number: Int = 1) throws -> [String: [UInt8]] {
        try fixture.store.read {
            try $0.destinationSecrets(workspaceID: fixture.workspaceID, id: ControlFixture.uuid(number))
        }
    }

    @Test func secretsAreSealedKeptReplacedAndCleared() throws {
        let fixture = try ControlFixture()
        let record = destination(fixture)
        let secret = Array(marker.utf8)
        try fixture.store.write {
            try $0.insertDestination(record, secrets: ["/api_key": secret, "/signing_secrets/0": [7], "/empty": []])
        }
        fixture.store.close()
        for name in try Files.list(fixture.directory) {
            let bytes = try Files.read(fixture.directory + "/" + name)
            #expect(Data(bytes).range(of: Data(secret)) == nil, "\(name)")
        }
        try fixture.reopen()
        #expect(try secrets(fixture) == ["/api_key": secret, "/signing_secrets/0": [7], "/empty": []])
        let updated = try fixture.store.write {
            try $0.updateDestination(record, secrets: ["/signing_secrets/0": .clear, "/empty": .set([9])])
        }
        #expect(updated.version == 2)
        #expect(try secrets(fixture) == ["/api_key": secret, "/empty": [9]])
        #expect(
            try fixture.store.read {
                try $0.destinationSecretPointers(workspaceID: fixture.workspaceID, id: record.id)
            } == ["/api_key", "/empty"])
        try fixture.store.write { try $0.deleteDestination(workspaceID: record.workspaceID, id: record.id) }
        #expect(try secrets(fixture).isEmpty)
        let left = try fixture.store.read { (reader) throws in
            try reader.connection.first("SELECT count(*) FROM destination_secrets") { $0.int(0) }
        }
        #expect(left == 0)
    }

    @Test func aSealedSecretOpensOnlyInItsPlace() throws {
        let fixture = try ControlFixture()
        let (first, second) = (destination(fixture, 1), destination(fixture, 2))
        try fixture.store.write {
            try $0.insertDestination(first, secrets: ["/api_key": [1, 2, 3], "/authorization": [4]])
            try $0.insertDestination(second, secrets: ["/api_key": [5]])
            // As somebody with the file but not the key would: the first one's secret to the second's endpoint.
            try $0.connection.run(
                """
                UPDATE destination_secrets SET sealed = (SELECT sealed FROM destination_secrets
                    WHERE destination_n = 1 AND pointer = '/api_key')
                WHERE destination_n = 2
                """)
        }
        #expect(throws: (any Error).self) { try secrets(fixture, 2) }
        #expect(try secrets(fixture, 1)["/api_key"] == [1, 2, 3])
        try fixture.store.write {
            try $0.connection.run(
                """
                UPDATE destination_secrets SET sealed = (SELECT sealed FROM destination_secrets
                    WHERE destination_n = 1 AND pointer = '/api_key')
                WHERE pointer = '/authorization'
                """)
        }
        #expect(throws: (any Error).self) { try secrets(fixture, 1) }
    }

    // MARK: The key

    @Test func theKeyFileIsPrivateAndStays() throws {
        let fixture = try ControlFixture()
        let path = fixture.directory + "/secret.key"
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let key = try Files.read(path)
        #expect(key.count == 65)
        try fixture.reopen()
        #expect(try Files.read(path) == key)
        #expect(try Files.list(fixture.directory).filter { $0.contains("secret.key") } == ["secret.key"])
    }

    @Test func anotherKeyIsFoundOutAtStart() throws {
        let fixture = try ControlFixture()
        let path = fixture.directory + "/secret.key"
        let key = try Files.read(path)
        let cases: [(SecretKeySource, [UInt8]?, String)] = [
            (.file, nil, "is missing"),
            (.file, Array("abc".utf8), "must hold 32 bytes"),
            (.file, Array(String(repeating: "0", count: 64).utf8), "is not the one"),
            (.value(String(repeating: "ab", count: 32)), key, "is not the one"),
            (.value("secret"), key, "must be 32 bytes"),
            (.value(String(repeating: "zz", count: 32)), key, "must be 32 bytes"),
        ]
        for (source, file, message) in cases {
            unlink(path)
            if let file { try Files.write(file, to: path) }
            let error = #expect(throws: StoreError.self) { try fixture.reopen(secretKey: source) }
            guard case .secretKey(let text)? = error else {
                Issue.record("not about the key: \(String(describing: error))")
                continue
            }
            #expect(text.contains(message))
            #expect(Files.exists(path) == (file != nil))
        }
        try Files.write(key, to: path)
        try fixture.reopen()
    }

    @Test func theKeyMayComeInHexadecimalOrBase64() throws {
        let fixture = try ControlFixture()
        let hex = String(decoding: try Files.read(fixture.directory + "/secret.key").prefix(64), as: UTF8.self)
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            bytes.append(try #require(UInt8(String(Array(hex)[index...index + 1]), radix: 16)))
        }
        unlink(fixture.directory + "/secret.key")
        try fixture.reopen(secretKey: .value(hex.uppercased() + "\n"))
        try fixture.reopen(secretKey: .value(Data(bytes).base64EncodedString()))
        #expect(!Files.exists(fixture.directory + "/secret.key"))
    }
}
