import Crypto
import Glibc
import Platform
import SQLite
import TestSupport
import Testing

@testable import Store

/// Backups of real data directories, made beside open stores.
struct BackupTests {
    /// A data directory with a workspace, its members, its source and a plugin, and the set made of it.
    private struct Place {
        let fixture: ControlFixture
        let members: MemberStores
        let home: TemporaryDirectory
        var set: String { home.path + "/set" }
        var restored: String { home.path + "/restored" }

        init() throws {
            fixture = try ControlFixture()
            home = try TemporaryDirectory()
            members = MemberStores(dataDirectory: fixture.directory, clock: fixture.clock, log: .silent)
            try Files.makeDirectory(fixture.directory + "/data")
            try Database(path: "\(fixture.directory)/data/\(fixture.workspaceID).db").execute(
                "PRAGMA journal_mode = WAL; CREATE TABLE people(id TEXT PRIMARY KEY); INSERT INTO people VALUES ('a')")
            try Files.makeDirectory(fixture.directory + "/plugins")
            try Files.write(Array("content".utf8), to: fixture.directory + "/plugins/00ff.so", mode: 0o400)
            try enter(1)
        }

        /// Members up to a number, in one journey.
        func enter(_ number: Int) throws {
            let store = try members.store(fixture.workspaceID)
            let rows = MemberRows(isNew: true)
            rows.add("m\(number)")
            try store.commit(MemberCommit(journey: store.journeyNumber("j"), rows: [rows]), durability: .normal)
        }

        func backUp(withKey: Bool = false) throws -> Backup.Report {
            try Backup.make(
                dataDirectory: fixture.directory, to: set, includesSecretKey: withKey, version: "test", now: 5_000_000)
        }

        func restore() throws -> Backup.Report { try Backup.restore(from: set, dataDirectory: restored) }
    }

    @Test func whatIsRestoredIsWhatWasThere() throws {
        let place = try Place()
        try place.fixture.addJourney(1)
        let report = try place.backUp(withKey: true)
        #expect(report.files == 5 && report.hasSecretKey && report.createdAt == 5_000_000)
        try place.fixture.addJourney(2)
        try place.enter(2)
        #expect(try place.restore() == report)

        let control = try ControlStore(
            dataDirectory: place.restored, secretKey: .file, clock: place.fixture.clock, log: .silent)
        defer { control.close() }
        #expect(try control.read { try $0.journeys(workspaceID: place.fixture.workspaceID).total } == 1)
        let members = MemberStores(dataDirectory: place.restored, clock: place.fixture.clock, log: .silent)
        defer { members.closeAll() }
        #expect(try Self.count(place.restored, place.fixture.workspaceID) == 1)
        let source = try Database(path: "\(place.restored)/data/\(place.fixture.workspaceID).db").prepare(
            "SELECT id FROM people")
        #expect(try source.step() && source.string(0) == "a")
        #expect(try Files.read(place.restored + "/plugins/00ff.so") == Array("content".utf8))
        var status = stat()
        #expect(stat(place.restored + "/secret.key", &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func theKeyIsLeftOutUnlessAskedFor() throws {
        let place = try Place()
        #expect(try !place.backUp().hasSecretKey)
        _ = try place.restore()
        #expect(!Files.exists(place.set + "/secret.key") && !Files.exists(place.restored + "/secret.key"))
        #expect(throws: StoreError.self) {
            try ControlStore(
                dataDirectory: place.restored, secretKey: .file, clock: place.fixture.clock, log: .silent)
        }
    }

    /// Control.db is always written first here: a set whose members know more than its control.db, or whose control.db is more
    /// than one ahead, is of two moments.
    @Test func allFilesAreOfOneMoment() throws {
        let place = try Place()
        let stop = Monitor(false)
        let (store, clock, id) = (place.fixture.store, place.fixture.clock, place.fixture.workspaceID)
        let members = place.members
        let failure = Monitor<String?>(nil)
        let writer = NativeThread(name: "writer") {
            do {
                var number = 1
                while !stop.withLock({ $0 }) {
                    number += 1
                    let workspace = WorkspaceRecord(id: "w\(number)", name: "", createdAt: clock.now())
                    try store.write { try $0.insertWorkspace(workspace) }
                    let rows = MemberRows(isNew: true)
                    rows.add("m\(number)")
                    let store = try members.store(id)
                    try store.commit(MemberCommit(journey: store.journeyNumber("j"), rows: [rows]), durability: .normal)
                }
            } catch { failure.update { $0 = "\(error)" } }
        }
        var last = 0
        for number in 0..<20 {
            let set = "\(place.home.path)/set-\(number)"
            _ = try Backup.make(
                dataDirectory: place.fixture.directory, to: set, includesSecretKey: false, version: "", now: 0)
            let known = try Self.count(set, of: "workspaces", in: "control.db")
            let entered = try Self.count(set, id)
            #expect(known == entered || known == entered + 1, "\(known) in control.db, \(entered) members")
            #expect(entered >= last)
            last = entered
        }
        stop.update { $0 = true }
        writer.join()
        #expect(failure.withLock { $0 } == nil)
        #expect(last > 1, "nothing was written meanwhile")
    }

    @Test(arguments: ["control.db", "members", "data", "plugins", "manifest.json"])
    func aDamagedSetIsRefusedAndLeavesNothing(_ part: String) throws {
        let place = try Place()
        _ = try place.backUp()
        let path =
            part.contains(".")
            ? "\(place.set)/\(part)" : try "\(place.set)/\(part)/\(Files.list("\(place.set)/\(part)")[0])"
        var bytes = try Files.read(path)
        bytes[bytes.count / 2] ^= 1
        try Files.write(bytes, to: path)
        let error = #expect(throws: BackupError.self) { try place.restore() }
        #expect(error?.description.contains("another copy") == true)
        #expect((try? Files.list(place.restored))?.allSatisfy { $0 == "lock" } ?? true)
    }

    @Test func whatIsMissingOrUnfinishedIsRefused() throws {
        let place = try Place()
        _ = try place.backUp()
        unlink("\(place.set)/members/\(place.fixture.workspaceID).db")
        #expect(throws: BackupError.self) { try place.restore() }
        unlink(place.set + "/manifest.json")
        let error = #expect(throws: BackupError.self) { try place.restore() }
        #expect(error?.description.contains("interrupted") == true)
    }

    @Test func onlyNewPlacesAreWrittenTo() throws {
        let place = try Place()
        _ = try place.backUp()
        let again = #expect(throws: BackupError.self) { try place.backUp() }
        #expect(again?.description.contains("not empty") == true)
        let used = #expect(throws: BackupError.self) {
            try Backup.restore(from: place.set, dataDirectory: place.fixture.directory)
        }
        #expect(used?.description.contains("not empty") == true)
        let lock = try DataDirectoryLock(dataDirectory: place.fixture.directory)
        #expect(throws: StoreError.locked(directory: place.fixture.directory, pid: getpid())) {
            try Backup.restore(from: place.set, dataDirectory: place.fixture.directory)
        }
        withExtendedLifetime(lock) {}
        #expect(throws: BackupError.self) {
            try Backup.make(
                dataDirectory: place.home.path + "/none", to: place.home.path + "/other", includesSecretKey: false,
                version: "", now: 0)
        }
    }

    @Test func aManifestWritesNowhereElse() throws {
        let place = try Place()
        _ = try place.backUp()
        for path in ["../outside", "members/../../outside", "/etc/outside", "other/x.db", "lock", "members/.x"] {
            let manifest = BackupManifest(
                version: "", createdAt: 0, files: [.init(path: path, bytes: 0, sha256: "")])
            try manifest.write(to: place.set)
            #expect(throws: BackupError.self) { try place.restore() }
        }
    }

    private static func count(_ directory: String, _ workspaceID: String) throws -> Int {
        try count(directory, of: "members", in: "members/\(workspaceID).db")
    }

    private static func count(_ directory: String, of table: String, in file: String) throws -> Int {
        let statement = try Database(path: "\(directory)/\(file)").prepare("SELECT count(*) FROM \(table)")
        return try statement.step() ? statement.int(0) : 0
    }
}
