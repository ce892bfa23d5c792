import CSQLite
import Platform
import SQLite
import Testing

@testable import Store

struct GroupCommitTests {
    /// Keeps the committer busy until `open`, so that what is queued meanwhile becomes one group.
    final class Gate: Sendable {
        private let state = Monitor((reached: false, isOpen: false))

        init(_ store: ControlStore) {
            store.write { [state] _ in
                state.update { $0.reached = true }
                state.wait { $0.isOpen ? () : nil }
            } then: { _ in
            }
            state.wait { $0.reached ? () : nil }
        }

        func open() { state.update { $0.isOpen = true } }
    }

    /// The answers to a number of writes, by their index.
    final class Answers: Sendable {
        let state = Monitor<[Int: Result<Void, any Error>]>([:])

        func note(_ index: Int) -> @Sendable (Result<Void, any Error>) -> Void {
            { result in self.state.update { $0[index] = result } }
        }
        func wait(for count: Int) -> [Int: Result<Void, any Error>] {
            state.wait { $0.count == count ? $0 : nil }
        }
    }

    final class CommitCount: @unchecked Sendable { var commits = 0 }

    @Test func manyBodiesOneCommit() throws {
        let fixture = try ControlFixture()
        let count = CommitCount()
        let pointer = Unmanaged.passUnretained(count)
        try fixture.store.write { writer in
            _ = sqlite3_commit_hook(
                writer.connection.database.handle,
                { pointer in
                    if let pointer { Unmanaged<CommitCount>.fromOpaque(pointer).takeUnretainedValue().commits += 1 }
                    return 0
                }, pointer.toOpaque())
        }
        let gate = Gate(fixture.store)
        let answers = Answers()
        for index in 0..<100 {
            let record = fixture.journey(index)
            fixture.store.write({ try $0.insertJourney(record) }, then: answers.note(index))
        }
        gate.open()
        for (_, answer) in answers.wait(for: 100) { try answer.get() }
        // The write that set the hook, the gate, and the hundred.
        fixture.store.close()
        #expect(count.commits == 3)
        withExtendedLifetime(count) {}
    }

    @Test func aBadBodyUndoesOnlyItself() throws {
        let fixture = try ControlFixture()
        let gate = Gate(fixture.store)
        let answers = Answers()
        for index in 0..<9 {
            // The fifth repeats the id of the first after it has written something else.
            let extra = fixture.journey(100 + index)
            let record = fixture.journey(index == 4 ? 0 : index)
            fixture.store.write(
                {
                    try $0.insertJourney(extra)
                    try $0.insertJourney(record)
                }, then: answers.note(index))
        }
        gate.open()
        for (index, answer) in answers.wait(for: 9) {
            switch answer {
            case .success: #expect(index != 4)
            case .failure(let error):
                #expect(index == 4)
                guard case .conflict? = error as? StoreError else {
                    Issue.record("not a conflict: \(error)")
                    continue
                }
            }
        }
        try fixture.reopen()
        let kept = try fixture.store.read { try $0.journeys(workspaceID: fixture.workspaceID) }
        #expect(kept.total == 16)
        #expect(!kept.items.contains { $0.id == ControlFixture.uuid(104) })
    }

    @Test func aFailedCommitFailsEveryBodyAndKeepsNothing() throws {
        let fixture = try ControlFixture()
        let gate = Gate(fixture.store)
        let answers = Answers()
        let (good, dangling) = (fixture.journey(1), fixture.journey(2, workspaceID: ControlFixture.uuid(99)))
        fixture.store.write({ try $0.insertJourney(good) }, then: answers.note(0))
        // Foreign keys that wait for the COMMIT make it fail, after every body has succeeded.
        fixture.store.write(
            {
                try $0.connection.run("PRAGMA defer_foreign_keys = ON")
                try $0.insertJourney(dangling)
            }, then: answers.note(1))
        struct OwnError: Error {}
        fixture.store.write({ _ in throw OwnError() }, then: answers.note(2))
        gate.open()
        let results = answers.wait(for: 3)
        for index in 0...1 {
            let error = #expect(throws: StoreError.self) { try results[index]?.get() }
            guard case .notCommitted? = error else {
                Issue.record("not notCommitted: \(String(describing: error))")
                continue
            }
        }
        #expect(throws: OwnError.self) { try results[2]?.get() }
        #expect(try fixture.store.read { try $0.journeys(workspaceID: fixture.workspaceID).total } == 0)
        // The next write works as if nothing had been.
        try fixture.store.write { try $0.insertJourney(good) }
        try fixture.reopen()
        #expect(try fixture.store.read { try $0.journeys(workspaceID: fixture.workspaceID).total } == 1)
    }

    @Test func aFullDatabaseLosesNoAnsweredWrite() throws {
        let fixture = try ControlFixture()
        try fixture.store.write { writer in
            let pages = try writer.connection.first("PRAGMA page_count") { $0.int(0) } ?? 0
            try writer.connection.run("PRAGMA max_page_count = \(pages + 20)")
        }
        let gate = Gate(fixture.store)
        let answers = Answers()
        let big = String(repeating: "x", count: 3000)
        for index in 0..<60 {
            let record = fixture.journey(index, name: big)
            fixture.store.write({ try $0.insertJourney(record) }, then: answers.note(index))
        }
        gate.open()
        let results = answers.wait(for: 60)
        var acknowledged: Set<String> = []
        for (index, result) in results {
            if case .success = result { acknowledged.insert(ControlFixture.uuid(index)) }
        }
        #expect(acknowledged.count < 60)
        try fixture.reopen()
        let kept = try fixture.store.read { try $0.journeys(workspaceID: fixture.workspaceID).items }
        #expect(Set(kept.map(\.id)) == acknowledged)
        // Reopened without the limit, it takes writes again.
        try fixture.addJourney(100)
    }

    @Test func answersComeWhenOtherConnectionsSeeTheWrite() throws {
        let fixture = try ControlFixture()
        let store = fixture.store
        let (record, workspaceID) = (fixture.journey(1), fixture.workspaceID)
        let seen = Monitor<Bool?>(nil)
        store.write {
            try $0.insertJourney(record)
        } then: { _ in
            let found = try? store.read { try $0.journey(workspaceID: workspaceID, id: record.id) != nil }
            seen.update { $0 = found }
        }
        #expect(seen.wait { $0 })
    }

    @Test func threadsWriteSideBySide() throws {
        let fixture = try ControlFixture()
        let store = fixture.store
        let records = (0..<200).map { fixture.journey($0) }
        let failures = Monitor(0)
        let threads = (0..<8).map { thread in
            NativeThread(name: "writer") {
                for record in records[thread * 25..<thread * 25 + 25] {
                    do {
                        try store.write { try $0.insertJourney(record) }
                    } catch {
                        failures.update { $0 += 1 }
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == 0)
        #expect(
            try store.read { try $0.journeys(workspaceID: fixture.workspaceID, ListQuery(page: Page())).total } == 200)
    }

    @Test func aWriteOnTheCommitterCanNotWaitForAnother() throws {
        let fixture = try ControlFixture()
        let store = fixture.store
        #expect(throws: StoreError.self) { try store.write { _ in try store.write { _ in } } }
    }

    @Test func closingCommitsWhatWaitsAndRefusesTheRest() throws {
        let fixture = try ControlFixture()
        let gate = Gate(fixture.store)
        let answers = Answers()
        for index in 0..<20 {
            let record = fixture.journey(index)
            fixture.store.write({ try $0.insertJourney(record) }, then: answers.note(index))
        }
        gate.open()
        fixture.store.close()
        for (_, answer) in answers.wait(for: 20) { try answer.get() }
        #expect(throws: StoreError.closed) { try fixture.store.write { _ in } }
        #expect(throws: StoreError.closed) { try fixture.store.read { try $0.workspaces() } }
        try fixture.reopen()
        #expect(try fixture.store.read { try $0.journeys(workspaceID: fixture.workspaceID).total } == 20)
    }

    @Test func tooManyWaitingWritesAreRefusedAtOnce() throws {
        let fixture = try ControlFixture()
        let gate = Gate(fixture.store)
        let answers = Answers()
        let surplus = 5
        for index in 0..<(ControlCommitter.maxWaiting + surplus) {
            fixture.store.write({ _ in }, then: answers.note(index))
        }
        #expect(answers.state.withLock { $0.count } == surplus)
        gate.open()
        let results = answers.wait(for: ControlCommitter.maxWaiting + surplus)
        let refused = results.values.filter { if case .failure(StoreError.overloaded) = $0 { true } else { false } }
        #expect(refused.count == surplus)
    }
}
