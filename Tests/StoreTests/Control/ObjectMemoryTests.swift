import Journeys
import Platform
import Testing

@testable import Store

/// What is kept of objects' texts must never be told when the database says something else.
struct ObjectMemoryTests {
    private static func bits(_ number: Int) throws -> UUIDBits {
        try #require(Array(ControlFixture.uuid(number).utf8).withUnsafeBufferPointer { UUIDBits($0) })
    }

    private func journey(_ fixture: ControlFixture, _ number: Int, workspaceID: String? = nil) throws -> ObjectText? {
        let workspaceID = workspaceID ?? fixture.workspaceID
        return try fixture.store.object(.journey, workspaceID: workspaceID, id: Self.bits(number)) {
            try $0.journeyJSON(workspaceID: workspaceID, journeyID: ControlFixture.uuid(number)).map(ObjectText.init)
        }
    }

    private func rename(_ store: ControlStore, _ fixture: ControlFixture, _ number: Int, _ name: String) throws {
        var changed = fixture.journey(number).journey
        changed.name = name
        let (workspace, now, next) = (fixture.workspaceID, fixture.clock.now(), changed)
        try store.write {
            _ = try $0.updateJourney(
                workspaceID: workspace, id: ControlFixture.uuid(number), journey: next, by: "editor", at: now)
        }
    }

    @Test func anObjectIsMadeOnceWhileNothingChanges() throws {
        let fixture = try ControlFixture()
        let record = try fixture.addJourney(1)
        let first = try #require(try journey(fixture, 1))
        #expect(first.bytes == record.json && first.etag == record.etag)
        #expect(try journey(fixture, 1) === first)
        fixture.store.beginReads()
        #expect(try journey(fixture, 1) === first)
        #expect(try journey(fixture, 1) === first)
        fixture.store.endReads()
    }

    @Test func aWriteThatWasAnsweredIsSeen() throws {
        let fixture = try ControlFixture()
        try fixture.addJourney(1)
        for number in 0..<20 {
            if number % 2 == 0 { fixture.store.beginReads() }
            let before = try #require(try journey(fixture, 1))
            fixture.store.endReads()
            try rename(fixture.store, fixture, 1, "Name \(number)")
            let after = try #require(try journey(fixture, 1))
            #expect(after.etag != before.etag)
            #expect(try JSON.parse(after.bytes)["name"] == .string("Name \(number)"))
        }
    }

    @Test func whatAnotherProcessWroteIsSeen() throws {
        let fixture = try ControlFixture()
        try fixture.addJourney(1)
        _ = try journey(fixture, 1)
        // Its own connections, as another process has them.
        let other = try ControlStore(
            dataDirectory: fixture.directory, secretKey: .file, clock: fixture.clock, log: .silent)
        defer { other.close() }
        for number in 0..<5 {
            try rename(other, fixture, 1, "Other \(number)")
            #expect(try JSON.parse(#require(try journey(fixture, 1)).bytes)["name"] == .string("Other \(number)"))
        }
    }

    @Test func aBracketTellsOfOneMoment() throws {
        let fixture = try ControlFixture()
        let record = try fixture.addJourney(1)
        fixture.store.beginReads()
        let first = try #require(try journey(fixture, 1))
        try rename(fixture.store, fixture, 1, "Later")
        #expect(try journey(fixture, 1) === first)
        #expect(try fixture.store.read { try $0.journey(workspaceID: fixture.workspaceID, id: record.id) } == record)
        fixture.store.beginReads()
        #expect(try JSON.parse(#require(try journey(fixture, 1)).bytes)["name"] == "Later")
        fixture.store.endReads()
    }

    @Test func nothingIsToldOfWhatIsGoneOrAnothers() throws {
        let fixture = try ControlFixture()
        let record = try fixture.addJourney(1)
        #expect(try journey(fixture, 1) != nil)
        #expect(try journey(fixture, 1, workspaceID: "770e8400-0000-4000-8000-000000000000") == nil)
        #expect(try journey(fixture, 2) == nil)
        let (workspace, now) = (fixture.workspaceID, fixture.clock.now())
        try fixture.store.write { _ = try $0.deleteJourney(workspaceID: workspace, id: record.id, at: now) }
        #expect(try journey(fixture, 1) == nil)
        try fixture.addJourney(2)
        #expect(try journey(fixture, 2) != nil)
    }

    @Test func theKindIsPartOfTheKey() throws {
        let fixture = try ControlFixture()
        try fixture.addJourney(1)
        #expect(try journey(fixture, 1) != nil)
        let model = try fixture.store.object(.model, workspaceID: fixture.workspaceID, id: Self.bits(1)) { _ in nil }
        #expect(model == nil)
    }

    @Test func whatIsKeptIsBounded() throws {
        var memory = ObjectMemory()
        let text = ObjectText(bytes: [UInt8](repeating: 32, count: 100_000), etag: "\"1.0\"")
        for number in 0..<200 {
            let key = ObjectMemory.Key(kind: .journey, id: try Self.bits(number))
            for _ in 0..<3 { memory.keep(text, key, workspaceID: "w", version: 1) }
            #expect(memory.find(key, workspaceID: "w", version: 1) === text)
            #expect(memory.bytes <= ObjectMemory.maxBytes)
        }
        let large = ObjectText(bytes: [UInt8](repeating: 32, count: 300_000), etag: "\"1.0\"")
        let key = ObjectMemory.Key(kind: .model, id: try Self.bits(1))
        memory.keep(large, key, workspaceID: "w", version: 1)
        #expect(memory.find(key, workspaceID: "w", version: 1) == nil)
    }
}
