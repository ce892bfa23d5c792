import Glibc
import Platform
import SQLite
import TestSupport
import Testing

@testable import Store

@Suite struct MemberStoreTests {
    @Test func numbersAreGivenForGood() throws {
        let fixture = try MemberFixture()
        let store = fixture.store
        #expect(try store.tileNumbers(fixture.journey, tileIDs: ["sync", "new", "entry", "new"]) == [3, 4, 1, 4])
        let other = try store.journeyNumber("other")
        #expect(other != fixture.journey)
        #expect(try store.tileNumbers(other, tileIDs: ["sync"]) == [1])
        // Two texts that Swift's == takes for one are two tiles.
        #expect(try store.tileNumbers(other, tileIDs: ["e\u{301}", "\u{e9}"]) == [2, 3])
        try fixture.reopen()
        #expect(try fixture.store.journeyNumber("journey") == fixture.journey)
        #expect(try fixture.store.tiles(fixture.journey).map(\.id) == ["entry", "wait", "sync", "new"])
        #expect(try fixture.store.knownJourneyNumber("absent") == nil)
    }

    @Test func statsSpeakOfTiles() throws {
        let fixture = try MemberFixture()
        var commit = MemberCommit(journey: fixture.journey)
        commit.counters.add(tile: 2, .entered, by: 10)
        commit.counters.add(tile: 2, .active, by: 7)
        commit.counters.add(tile: 2, .failed, by: 2)
        commit.counters.add(tile: 2, branch: "b", by: 2)
        commit.counters.add(tile: 2, branch: "a", by: 1)
        commit.counters.add(tile: 3, .completed, by: 3)
        for _ in 0..<2 { try fixture.store.commit(commit, durability: .normal) }
        let stats = try fixture.store.stats(fixture.journey)
        #expect(stats.tiles.map(\.tileID) == ["entry", "wait", "sync"])
        let wait = stats.tile("wait")
        #expect(wait.entered == 20 && wait.active == 14 && wait.failed == 4)
        #expect(wait.branches == [.init(name: "a", count: 2), .init(name: "b", count: 4)])
        #expect(stats.total.active == 14 && stats.total.completed == 6 && stats.total.failed == 4)
        #expect(stats.tile("nowhere") == TileStats(tileID: "nowhere"))
        #expect(try fixture.store.verifyCounters(fixture.journey).count == 3)
    }

    @Test func readsSeeTheLastCommitWhileAWriteIsOpen() throws {
        let fixture = try MemberFixture()
        let rows = MemberRows()
        rows.add("a")
        try fixture.enter(rows)
        try fixture.store.write(.normal) { database in
            try database.execute("UPDATE members SET tile = 3; DELETE FROM counters")
            #expect(try fixture.all().map(\.tile) == [1])
            #expect(try fixture.store.countActive(fixture.journey) == 1)
        }
        #expect(try fixture.all().map(\.tile) == [3] && fixture.store.countActive(fixture.journey) == 0)
    }

    @Test func aReadInProgressDoesNotHoldUpWrites() throws {
        let fixture = try MemberFixture()
        let rows = MemberRows()
        for key in ["a", "b"] { rows.add(key) }
        try fixture.enter(rows)
        try fixture.store.read { database in
            let statement = try database.prepare("SELECT tile FROM members ORDER BY key")
            #expect(try statement.step())
            #expect(statement.int(0) == 1)
            let moved = MemberRows()
            for key in ["a", "b"] { moved.add(key, tile: 2) }
            try fixture.store.commit(MemberCommit(journey: fixture.journey, rows: [moved]), durability: .full)
            #expect(try fixture.all().map(\.tile) == [2, 2])
            #expect(try statement.step())
            #expect(statement.int(0) == 1)
        }
    }

    /// Every commit moves all members and their counters from one tile to the next: whoever reads sees them all at one tile.
    @Test func concurrentReadersSeeWholeCommits() throws {
        let fixture = try MemberFixture()
        let store = fixture.store
        let journey = fixture.journey
        let count = 500
        func rows(at tile: Int32) -> MemberRows {
            let rows = MemberRows()
            for number in 0..<count { rows.add("m\(1000 + number)", tile: tile) }
            return rows
        }
        try fixture.enter(rows(at: 1))
        let wrong = Monitor([String]())
        let isDone = Monitor(false)
        let readers = (0..<3).map { _ in
            NativeThread(name: "reader") {
                var reads = 0
                while !isDone.withLock({ $0 }) || reads == 0 {
                    do {
                        let rows = try withBytes("m", "n") {
                            try store.existing(journey, from: $0, through: $1)
                        }
                        let active = try store.stats(journey).tiles.map(\.active).filter { $0 != 0 }
                        if rows.count != count || Set(rows.tile).count != 1 || active != [count] {
                            wrong.withLock { $0.append("\(rows.count) rows at \(Set(rows.tile)), \(active) active") }
                        }
                    } catch { wrong.withLock { $0.append("\(error)") } }
                    reads += 1
                }
            }
        }
        for step in 1...60 {
            let (from, to) = (Int32((step - 1) % 3 + 1), Int32(step % 3 + 1))
            var commit = MemberCommit(journey: journey, rows: [rows(at: to)])
            commit.counters.add(tile: from, .active, by: -count)
            commit.counters.add(tile: to, .active, by: count)
            try store.commit(commit, durability: .normal)
        }
        isDone.withLock { $0 = true }
        for reader in readers { reader.join() }
        #expect(wrong.withLock { $0 } == [])
        #expect(try store.verifyCounters(journey).isEmpty)
    }

    @Test func theLogStaysBoundedUnderConstantWriting() throws {
        // The thread never gets its turn (soft limit out of reach): the writer alone must bound the log.
        let fixture = try MemberFixture(limits: .init(soft: 1 << 40, hard: 1 << 20))
        var largest = 0
        for step in 0..<40 {
            let rows = MemberRows(isNew: true)
            for number in 0..<2000 { rows.add("m\(step * 2000 + number + 1_000_000)") }
            try fixture.enter(rows)
            var status = stat()
            #expect(stat(fixture.path + "-wal", &status) == 0)
            largest = max(largest, Int(status.st_size))
        }
        #expect(largest < 3 << 20)
        try fixture.reopen()
        #expect(try fixture.store.countActive(fixture.journey) == 80_000)
        #expect(try fixture.store.verifyCounters(fixture.journey).isEmpty)
    }

    @Test func theThreadCopiesTheLogIntoTheFile() throws {
        let fixture = try MemberFixture(limits: .init(soft: 1, hard: 1 << 40))
        let rows = MemberRows()
        for number in 0..<5000 { rows.add("m\(number + 10_000)") }
        try fixture.enter(rows)
        // Asked for by the commit. There is no event to wait for but the file itself, which holds all pages in the end.
        let deadline = SystemClock().now() + 20_000_000
        var status = stat()
        repeat { stat(fixture.path, &status) } while status.st_size < 100_000 && SystemClock().now() < deadline
        #expect(status.st_size >= 100_000)
    }

    @Test func aLaterReleasesFileIsRefused() throws {
        let fixture = try MemberFixture()
        fixture.store.close()
        let path = fixture.path
        let database = try Database(path: path)
        try database.execute("PRAGMA user_version = 99")
        let refused = MemberStoreError.newerFile(path: path, version: 99, known: MemberSchema.migrations.count)
        #expect(throws: refused) { try MemberStore(path: path, clock: fixture.clock, log: .silent) }
        try database.execute("PRAGMA user_version = \(MemberSchema.migrations.count)")
        try fixture.reopen()
        #expect(try fixture.store.knownJourneyNumber("journey") == fixture.journey)
    }

    @Test func theFileIsMadeAsMeant() throws {
        let fixture = try MemberFixture()
        let pragmas = try fixture.store.read { database in
            try ["page_size", "journal_mode", "auto_vacuum"].map { name in
                let statement = try database.prepare("PRAGMA \(name)")
                _ = try statement.step()
                return statement.string(0)
            }
        }
        #expect(pragmas == ["8192", "wal", "0"])
    }

    /// As one does after a kill, to read its log.
    @Test func aStoreThatTakesLongToOpenKeepsNobodyElseWaiting() throws {
        let home = try TemporaryDirectory()
        let stores = MemberStores(dataDirectory: home.path, clock: ManualClock(), log: .silent)
        _ = try stores.store("slow")
        stores.closeAll()
        var holder: Database? = try Database(path: home.path + "/members/slow.db")
        try holder?.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
        let opened = Monitor<Result<MemberStore, any Error>?>(nil)
        let begun = Monitor(false)
        let thread = NativeThread(name: "opens") {
            begun.update { $0 = true }
            let result = Result { try stores.store("slow") }
            opened.update { $0 = result }
        }
        begun.wait { $0 ? () : nil }
        _ = try stores.store("other")
        #expect(opened.withLock { $0 } == nil)
        holder = nil
        // Had the other one waited, this one would have given up: SQLite does after ten seconds.
        #expect(throws: Never.self) { try opened.wait { $0 }.get() }
        thread.join()
        stores.closeAll()
    }

    /// Nobody holds it and nobody has asked for it for a while: it is closed, and opened anew for the next.
    @Test func aStoreThatNobodyUsesIsClosed() throws {
        let home = try TemporaryDirectory()
        let stores = MemberStores(dataDirectory: home.path, clock: ManualClock(), log: .silent)
        func files() throws -> [String] { try Files.list(home.path + "/members") }
        var held: MemberStore? = try stores.store("held")
        #expect(try stores.store("idle").journeyNumber("j") == 1)
        for _ in 1...3 { stores.closeIdle() }
        #expect(stores.openCount == 1)
        #expect(try files().filter { $0.hasPrefix("idle") } == ["idle.db"], "its log has gone into the file")
        #expect(try held?.journeyNumber("j") == 1)
        held = nil
        // Used until just now.
        stores.closeIdle()
        #expect(stores.openCount == 1)
        // Asked for meanwhile.
        _ = try stores.store("held")
        stores.closeIdle()
        #expect(stores.openCount == 1)
        stores.closeIdle()
        #expect(stores.openCount == 0)
        #expect(try stores.store("idle").knownJourneyNumber("j") == 1)
        stores.closeAll()
    }

    /// What was read is told to be stale by a number that outlives closing.
    @Test func changesAreNumberedOverClosing() throws {
        let home = try TemporaryDirectory()
        let stores = MemberStores(dataDirectory: home.path, clock: ManualClock(), log: .silent)
        #expect(stores.changes("w") == 0)
        var seen = [0]
        for round in 1...3 {
            _ = try stores.store("w").journeyNumber("j\(round)")
            seen.append(stores.changes("w"))
            for _ in 1...2 { stores.closeIdle() }
            #expect(stores.openCount == 0)
            #expect(stores.changes("w") == seen.last)
            _ = try stores.store("w").knownJourneyNumber("j1")
            #expect(stores.changes("w") == seen.last)
        }
        #expect(Set(seen).count == 4 && seen == seen.sorted())
        stores.closeAll()
    }

    /// Threads that read and write while stores are closed beneath them as fast as can be meet none that is closed.
    @Test func noStoreIsClosedWhileSomebodyUsesIt() throws {
        let home = try TemporaryDirectory()
        let stores = MemberStores(dataDirectory: home.path, clock: ManualClock(), log: .silent)
        let failures = Monitor<[String]>([])
        let working = Monitor(4)
        let threads = (0..<4).map { number in
            NativeThread(name: "uses") {
                for round in 0..<150 {
                    do {
                        // Some hold it over several uses, as a run does; some ask each time.
                        let store = try stores.store("w\(round % 2)")
                        let journey = try store.journeyNumber("j\(number)-\(round)")
                        if try store.knownJourneyNumber("j\(number)-\(round)") != journey {
                            failures.update { $0.append("\(number) \(round): lost") }
                        }
                        _ = try stores.store("w\(round % 2)").stats(journey)
                    } catch { failures.update { $0.append("\(number) \(round): \(error)") } }
                }
                working.update { $0 -= 1 }
            }
        }
        while working.withLock({ $0 }) > 0 { stores.closeIdle() }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == [])
        for _ in 1...2 { stores.closeIdle() }
        #expect(stores.openCount == 0)
        for number in 0..<4 {
            #expect(try stores.store("w1").knownJourneyNumber("j\(number)-149") != nil)
        }
        stores.closeAll()
    }

    @Test func storesAreOnePerWorkspace() throws {
        let directory = "/tmp/tessera-stores-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        defer {
            for name in (try? Files.list(directory + "/members")) ?? [] { unlink("\(directory)/members/\(name)") }
            rmdir(directory + "/members")
            rmdir(directory)
        }
        let stores = MemberStores(dataDirectory: directory, clock: ManualClock(), log: .silent)
        let first = try stores.store("11111111-aaaa")
        #expect(try stores.store("11111111-aaaa") === first)
        #expect(try stores.store("22222222-bbbb") !== first)
        #expect(try first.journeyNumber("j") == 1)
        for id in ["", "../x", "a/b", "ä"] {
            #expect(throws: MemberStoreError.badWorkspaceID(id)) { try stores.store(id) }
        }
        stores.closeAll()
        #expect(throws: MemberStoreError.closed) { try first.stats(1) }
        #expect(throws: MemberStoreError.closed) { try first.deleteRunProgress("r") }
        let files = try Files.list(directory + "/members")
        #expect(files == ["11111111-aaaa.db", "22222222-bbbb.db"])
        #expect(try stores.store("11111111-aaaa").knownJourneyNumber("j") == 1)
        stores.closeAll()
    }
}
