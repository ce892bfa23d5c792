import Journeys
import Testing

@testable import Store

struct AuditStoreTests {
    private let fixture: ControlFixture
    private let author = AuditAuthor(
        keyID: ControlFixture.uuid(7), role: "admin", name: "CI", peer: "192.0.2.7", requestID: "r1")

    init() throws { fixture = try ControlFixture() }

    private func note(_ change: AuditChange, at now: Int64 = 10, workspaceID: String? = nil) throws {
        let pen = AuditPen(author, workspaceID: workspaceID ?? fixture.workspaceID, at: now)
        try fixture.store.write { try pen.note(change, $0) }
    }

    private func list(
        _ filter: AuditFilter = AuditFilter(), before place: Int64? = nil, limit: Int = 100
    ) throws -> (entries: [AuditEntry], next: Int64?) {
        try fixture.store.read {
            try $0.audit(workspaceID: fixture.workspaceID, filter, before: place, limit: limit)
        }
    }

    @Test func anEntryIsReadBackAsItWasWritten() throws {
        let change = AuditChange(.updated, .model, "m", before: ["name": "a"], after: ["name": "b"])
        try note(change)
        try note(AuditChange(.deleted, .model, "m", before: ["name": "b"]), at: 11)
        try fixture.reopen()
        let (entries, next) = try list()
        #expect(entries.map(\.change.action) == [.deleted, .updated] && next == nil)
        let entry = try #require(entries.last)
        #expect(entry.change == change && entry.author == author && entry.at == 10)
        #expect(entry.workspaceID == fixture.workspaceID)
        #expect(entries.first?.change.after == nil)
    }

    /// The note and the change are one: neither is there without the other.
    @Test func aChangeThatIsUndoneLeavesNoEntry() throws {
        let pen = AuditPen(author, workspaceID: fixture.workspaceID, at: 10)
        let record = try fixture.journey(1)
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try fixture.store.write { writer in
                try writer.insertJourney(record)
                try pen.note(AuditChange(.created, .journey, record.id, after: record.json), writer)
                throw Stop()
            }
        }
        #expect(try list().entries.isEmpty)
        #expect(throws: StoreError.self) {
            try fixture.store.write { writer in
                try pen.note(AuditChange(.deleted, .journey, record.id, before: record.json), writer)
                try writer.deleteJourney(workspaceID: record.workspaceID, id: record.id, at: 10)
            }
        }
        #expect(try list().entries.isEmpty)
    }

    @Test func onlyWhatDiffersIsKept() throws {
        let change = AuditChange(
            .updated, .source, "s", from: ["id": "s", "name": "a", "gone": 1, "updated_at": 1],
            to: ["id": "s", "name": "b", "come": 2, "updated_at": 2])
        #expect(change.before == #"{"gone":1,"name":"a"}"#.utf8.map(\.self))
        #expect(change.after == #"{"come":2,"name":"b"}"#.utf8.map(\.self))
    }

    @Test func pagesAndFiltersFindEachEntryOnce() throws {
        let other = ControlFixture.uuid(2)
        for number in 0..<10 {
            try note(
                AuditChange(number % 2 == 0 ? .created : .deleted, .model, "m\(number % 3)", after: ["n": 1]),
                at: Int64(number))
            try note(AuditChange(.created, .source, "elsewhere"), workspaceID: other)
        }
        var times: [Int64] = []
        var place: Int64?
        repeat {
            let page = try list(before: place, limit: 3)
            #expect(page.entries.count <= 3)
            times += page.entries.map(\.at)
            place = page.next
        } while place != nil
        #expect(times == (0..<10).reversed())
        func found(_ change: (inout AuditFilter) -> Void) throws -> [Int64] {
            var filter = AuditFilter()
            change(&filter)
            return try list(filter).entries.map(\.at)
        }
        #expect(try found { $0.action = .deleted } == [9, 7, 5, 3, 1])
        #expect(try found { $0.objectID = "m1" } == [7, 4, 1])
        #expect(try found { $0.object = .source } == [])
        #expect(try found { $0.keyID = author.keyID }.count == 10)
        #expect(try found { $0.keyID = other } == [])
        #expect(
            try found {
                $0.since = 3
                $0.until = 5
            } == [4, 3])
    }

    @Test func aPageEndsWhenItsDocumentsAreMany() throws {
        let text = JSON.string(String(repeating: "x", count: 1 << 20))
        for _ in 0..<6 { try note(AuditChange(.created, .model, "m", after: ["text": text])) }
        let page = try list()
        #expect(page.entries.count == 4)
        #expect(try list(before: try #require(page.next)).entries.count == 2)
    }

    private func keep(_ retention: AuditRetention, at now: Int64) throws -> [Int64] {
        let workspace = fixture.workspaceID
        let end = try fixture.store.read { try $0.auditEnd(workspaceID: workspace, retention, at: now) }
        if let end {
            while try fixture.store.write({ try $0.removeAudit(workspaceID: workspace, upTo: end, limit: 2) }) > 0 {}
        }
        return try list().entries.map(\.at).reversed()
    }

    @Test func theOldestGoFirst() throws {
        for number in 0..<10 { try note(AuditChange(.created, .model, "m", after: ["n": 1]), at: Int64(number) * 100) }
        try note(AuditChange(.created, .source, "s"), at: 0, workspaceID: ControlFixture.uuid(2))
        #expect(try keep(AuditRetention(), at: 900).count == 10)
        #expect(try keep(AuditRetention(age: 700), at: 900) == [200, 300, 400, 500, 600, 700, 800, 900])
        #expect(try keep(AuditRetention(entries: 5), at: 900) == [500, 600, 700, 800, 900])
        #expect(try keep(AuditRetention(bytes: 21), at: 900) == [700, 800, 900])
        let other = try fixture.store.read { try $0.audit(workspaceID: ControlFixture.uuid(2), limit: 10) }
        #expect(other.entries.count == 1)
        #expect(try fixture.store.read { try $0.auditEnd(workspaceID: nil, AuditRetention(), at: .max) } == nil)
    }

    /// An entry that a wrong clock dates far back does not take those before it along.
    @Test func aWrongTimeTakesNobodyAlong() throws {
        for at in [800, 900, 0, 950] as [Int64] { try note(AuditChange(.created, .model, "m"), at: at) }
        #expect(try keep(AuditRetention(age: 500), at: 1000) == [800, 900, 0, 950])
    }
}
