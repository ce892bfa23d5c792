import Glibc
import Platform
import Testing

@testable import Store

struct ControlReadTests {
    private func count(_ fixture: ControlFixture) throws -> Int {
        try fixture.store.read { try $0.journeys(workspaceID: fixture.workspaceID, ListQuery(page: Page())).total }
    }

    /// How many descriptors of this process are open on the fixture's database, log and shared memory aside.
    private func descriptors(_ fixture: ControlFixture) throws -> Int {
        try Files.list("/proc/self/fd").count { name in
            var target = [CChar](repeating: 0, count: 4096)
            let length = readlink("/proc/self/fd/" + name, &target, target.count)
            let path = target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
            return String(decoding: path, as: UTF8.self) == fixture.directory + "/control.db"
        }
    }

    @Test func aBracketIsOneMomentAndTheNextSeesWhatWasWritten() throws {
        let fixture = try ControlFixture()
        fixture.store.beginReads()
        #expect(try count(fixture) == 0)
        try fixture.addJourney(1)
        #expect(try count(fixture) == 0)
        fixture.store.endReads()
        #expect(try count(fixture) == 1)
        fixture.store.beginReads()
        #expect(try count(fixture) == 1)
        fixture.store.endReads()
    }

    @Test func aBracketStartsWithItsFirstRead() throws {
        let fixture = try ControlFixture()
        fixture.store.beginReads()
        try fixture.addJourney(1)
        #expect(try count(fixture) == 1)
        fixture.store.endReads()
    }

    @Test func aForgottenBracketEndsWithTheNext() throws {
        let fixture = try ControlFixture()
        fixture.store.beginReads()
        #expect(try count(fixture) == 0)
        try fixture.addJourney(1)
        fixture.store.beginReads()
        #expect(try count(fixture) == 1)
        fixture.store.endReads()
        fixture.store.endReads()
        #expect(try count(fixture) == 1)
    }

    @Test func aReadWithinAReadSharesItsMoment() throws {
        let fixture = try ControlFixture()
        try fixture.store.read { outer in
            #expect(try outer.journeys(workspaceID: fixture.workspaceID).total == 0)
            try fixture.addJourney(1)
            #expect(try fixture.store.read { try $0.journeys(workspaceID: fixture.workspaceID).total } == 0)
        }
        #expect(try count(fixture) == 1)
    }

    @Test func anErrorInsideLeavesTheConnectionUsable() throws {
        struct OwnError: Error {}
        let fixture = try ControlFixture()
        #expect(throws: OwnError.self) {
            try fixture.store.read { (reader) throws in
                _ = try reader.workspaces()
                throw OwnError()
            }
        }
        try fixture.addJourney(1)
        #expect(try count(fixture) == 1)
    }

    @Test func connectionsGoWithTheirThreads() throws {
        let fixture = try ControlFixture()
        let store = fixture.store
        _ = try count(fixture)
        let before = try descriptors(fixture)
        for _ in 0..<20 {
            let thread = NativeThread(name: "reader") { _ = try? store.read { try $0.workspaces() } }
            thread.join()
            #expect(store.readers.count == 1)
        }
        // Not one a thread. SQLite keeps one descriptor for the next, since closing it would drop the locks that the process
        // holds on the file, and the checkpointer may have come later than the count before.
        #expect(try descriptors(fixture) <= before + 2)
    }

    @Test func closingClosesTheConnectionsOfLiveThreads() throws {
        let fixture = try ControlFixture()
        let store = fixture.store
        let state = Monitor((read: false, closed: false, refused: false))
        let thread = NativeThread(name: "reader") {
            store.beginReads()
            _ = try? store.read { try $0.workspaces() }
            state.update { $0.read = true }
            state.wait { $0.closed ? () : nil }
            let refused = (try? store.read { try $0.workspaces() }) == nil
            store.endReads()
            state.update { $0.refused = refused }
        }
        state.wait { $0.read ? () : nil }
        store.close()
        #expect(try descriptors(fixture) == 0)
        // All connections were closed in good order: SQLite has emptied the log and taken it away.
        #expect(!Files.exists(fixture.directory + "/control.db-wal"))
        state.update { $0.closed = true }
        thread.join()
        #expect(state.withLock { $0.refused })
    }

    @Test func aReaderCanNotWrite() throws {
        let fixture = try ControlFixture()
        #expect(throws: StoreError.self) {
            try fixture.store.read { try $0.connection.run("DELETE FROM workspaces") }
        }
    }
}
