import Foundation
import Glibc
import Platform
import SQLite
import Testing

@testable import Store

struct DataDirectoryTests {
    private func temporaryDirectory() -> String {
        FileManager.default.temporaryDirectory.path + "/tessera-data-" + UUID().uuidString
    }

    @Test func oneProcessServesADirectory() throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let lock = try DataDirectoryLock(dataDirectory: directory)
        let error = #expect(throws: StoreError.self) { try DataDirectoryLock(dataDirectory: directory) }
        #expect(error == .locked(directory: directory, pid: getpid()))
        #expect(error?.description.contains("pid \(getpid())") == true)
        lock.release()
        lock.release()
        let next = try DataDirectoryLock(dataDirectory: directory)
        withExtendedLifetime(next) {}
    }

    @Test func commandsWorkBesideALiveGateway() throws {
        let fixture = try ControlFixture()
        let lock = try DataDirectoryLock(dataDirectory: fixture.directory)
        let command = try ControlStore(
            dataDirectory: fixture.directory, secretKey: .file, clock: fixture.clock, log: .silent)
        let workspace = try command.write { try $0.createWorkspace(name: "From the command line", by: "cli", at: 0) }
        // Honoured at once, while both are open, and in both directions.
        #expect(try fixture.store.read { try $0.workspace(id: workspace.id) } == workspace)
        try fixture.addJourney(1)
        #expect(try command.read { try $0.journeys(workspaceID: fixture.workspaceID).total } == 1)
        command.close()
        #expect(try fixture.store.read { try $0.workspace(id: workspace.id) } == workspace)
        withExtendedLifetime(lock) {}
    }

    @Test func severalMayMakeADirectoryAtOnce() throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let failures = Monitor<[String]>([])
        let threads = (0..<6).map { number in
            NativeThread(name: "opener") {
                do {
                    let store = try ControlStore(
                        dataDirectory: directory, secretKey: .file, clock: ManualClock(), log: .silent)
                    try store.write {
                        try $0.insertWorkspace(
                            WorkspaceRecord(id: ControlFixture.uuid(number), name: "", createdAt: 0))
                    }
                    store.close()
                } catch {
                    failures.update { $0.append("\(error)") }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == [])
        let store = try ControlStore(dataDirectory: directory, secretKey: .file, clock: ManualClock(), log: .silent)
        #expect(try store.read { try $0.workspaces().total } == 6)
        store.close()
    }

    @Test func aFileOfANewerTesseraIsLeftAlone() throws {
        let fixture = try ControlFixture()
        fixture.store.close()
        let path = fixture.directory + "/control.db"
        try Database(path: path).execute("PRAGMA user_version = 99")
        #expect(throws: StoreError.newerSchema(file: path, found: 99, known: ControlMigrations.all.count)) {
            try fixture.reopen()
        }
    }

    @Test func migrationsAreNumberedWithoutGaps() {
        #expect(ControlMigrations.all.map(\.number) == Array(1...ControlMigrations.all.count))
    }

    @Test func aFileThatIsNoDatabaseIsRefused() throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Files.makeDirectory(directory)
        try Files.write(Array(String(repeating: "no database ", count: 1000).utf8), to: directory + "/control.db")
        #expect(throws: StoreError.self) {
            try ControlStore(dataDirectory: directory, secretKey: .file, clock: ManualClock(), log: .silent)
        }
    }

    @Test func theLogIsCheckpointedBesideTheWriter() throws {
        let fixture = try ControlFixture()
        let big = String(repeating: "x", count: 60_000)
        var size: off_t = 0
        // 120 MB through a log that is to be emptied from 4 MB on, and held at 64 MB.
        for start in stride(from: 0, to: 1000, by: 20) {
            let records = (start..<start + 20).map { fixture.journey($0, name: big) }
            try fixture.store.write { writer in for record in records { try writer.insertJourney(record) } }
            var status = stat()
            if stat(fixture.directory + "/control.db-wal", &status) == 0 { size = max(size, status.st_size) }
        }
        #expect(size > 0)
        #expect(size < 80 << 20)
        try fixture.reopen()
        #expect(try fixture.store.read { try $0.journeyHeads(status: [.draft]).count } == 1000)
    }
}
