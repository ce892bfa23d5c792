import Glibc
import Platform
import TestSupport
import Testing

@testable import PluginHost

/// Files come and go as operators put them there. Each test waits for what the watcher tells, on real directories.
@Suite(.timeLimit(.minutes(10))) struct DirectoryWatcherTests {
    private let folder: TemporaryDirectory
    private let sightings: Sightings
    private let old = String(repeating: "old", count: 50_000)
    private let new = String(repeating: "new", count: 40_000)

    init() throws {
        folder = try TemporaryDirectory()
        try Files.makeDirectory(folder.path + "/plugins")
        sightings = Sightings(folder.path + "/plugins")
    }

    private func put(_ text: String, _ path: String) throws { try Files.write(Array(text.utf8), to: path) }

    /// Every look at a file was at a whole content, or found it busy.
    private func expectWhole(_ name: String, _ contents: [String], at place: SourceLocation = #_sourceLocation) {
        for look in sightings.all {
            guard let found = look[name], let content = found else { continue }
            #expect(contents.contains(content), "seen: \(content.count) bytes", sourceLocation: place)
        }
    }

    @Test func aFileRenamedIntoPlaceIsSeen() throws {
        let watcher = try sightings.watch()
        defer { watcher.stop() }
        try put(old, sightings.path(".tile.so.new"))
        #expect(rename(sightings.path(".tile.so.new"), sightings.path("tile.so")) == 0)
        try sightings.meet("tile.so", old)
        try put(new, folder.path + "/elsewhere")
        #expect(rename(folder.path + "/elsewhere", sightings.path("tile.so")) == 0)
        try sightings.meet("tile.so", new)
        expectWhole("tile.so", [old, new])
    }

    @Test func aFileCopiedOverAnExistingOneIsSeenWhenItIsWhole() throws {
        try put(old, sightings.path("tile.so"))
        try put(new, folder.path + "/elsewhere")
        let watcher = try sightings.watch()
        defer { watcher.stop() }
        try sightings.meet("tile.so", old)
        let copy = try ChildProcess.spawn(
            ["/bin/cp", folder.path + "/elsewhere", sightings.path("tile.so")], output: "/dev/null", errors: "/dev/null"
        )
        #expect(ChildProcess.wait(copy) == 0)
        try sightings.meet("tile.so", new)
        expectWhole("tile.so", [old, new])
    }

    @Test(arguments: [true, false]) func aWriterWhoPausesHalfWayIsWaitedFor(usesEvents: Bool) throws {
        let watcher = try sightings.watch(interval: usesEvents ? 60_000_000 : 10_000, usesEvents: usesEvents)
        defer { watcher.stop() }
        let writer = try SlowWriter(sightings.path("slow.so"))
        try writer.write(String(new.prefix(60_000)))
        // Another file brings a call, which finds the first one busy.
        try put("other", sightings.path("other.so"))
        try sightings.meet("other.so", "other")
        try sightings.meet("slow.so to be busy") { $0.contains { $0["slow.so"] == .some(nil) } }
        try writer.write(String(new.dropFirst(60_000)))
        writer.finish()
        try sightings.meet("slow.so", new)
        expectWhole("slow.so", [new])
    }

    @Test func whatAKilledWriterLeavesIsSeenOnceItIsDead() throws {
        let watcher = try sightings.watch()
        defer { watcher.stop() }
        let path = sightings.path("half.so")
        // `sleep` takes the shell's place, with the file still open.
        let writer = try ChildProcess.spawn(
            ["/bin/sh", "-c", "exec 3> \(path); printf half >&3; exec sleep 60"], output: "/dev/null",
            errors: "/dev/null")
        while (try? Files.read(path))?.count != 4 { usleep(1000) }
        #expect(CompleteFile.isBusy(path))
        kill(writer, SIGKILL)
        _ = ChildProcess.wait(writer)
        try sightings.meet("half.so", "half")
    }

    @Test func aDirectoryThatIsMadeAgainIsWatchedAgain() throws {
        try put(old, sightings.path("tile.so"))
        let watcher = try sightings.watch()
        defer { watcher.stop() }
        #expect(rename(sightings.directory, folder.path + "/away") == 0)
        try sightings.meet("the file to be gone") { $0.last?.isEmpty == true }
        try Files.makeDirectory(sightings.directory)
        try put(new, sightings.path("tile.so"))
        try sightings.meet("tile.so", new)
        try put("third", sightings.path("tile.so"))
        try sightings.meet("tile.so", "third")
    }

    @Test func aDirectoryMayBeMadeLater() throws {
        let later = Sightings(folder.path + "/not/yet/there")
        let watcher = try later.watch()
        defer { watcher.stop() }
        try Files.makeDirectory(later.directory)
        try put(new, later.path("tile.so"))
        try later.meet("tile.so", new)
    }

    @Test func aChangedLockFileBringsACall() throws {
        let watcher = try sightings.watch()
        defer { watcher.stop() }
        let before = sightings.all.count
        try put(#"{"plugins": []}"#, sightings.path("plugins.lock"))
        try sightings.meet("a call for the lock file") { $0.count > before }
        let between = sightings.all.count
        #expect(chmod(sightings.path("plugins.lock"), 0o644) == 0)
        try sightings.meet("a call for its permissions") { $0.count > between }
    }

    @Test func whatIsOpenedForWritingAndLeftUnchangedIsLookedAtAgain() throws {
        try put(old, sightings.path("tile.so"))
        let watcher = try sightings.watch()
        defer { watcher.stop() }
        let writer = try SlowWriter(sightings.path("tile.so"), flags: O_RDWR)
        try put("other", sightings.path("other.so"))
        try sightings.meet("tile.so to be busy") { $0.last?["tile.so"] == .some(nil) }
        writer.finish()
        try sightings.meet("tile.so to be whole again") { $0.last?["tile.so"] == .some(old) }
    }

    @Test func withoutEventsFilesAreFoundByLooking() throws {
        let watcher = try sightings.watch(interval: 5000, usesEvents: false)
        defer { watcher.stop() }
        try put(old, sightings.path("tile.so"))
        try sightings.meet("tile.so", old)
        unlink(sightings.path("tile.so"))
        try sightings.meet("tile.so to be gone") { $0.last?["tile.so"] == nil }
    }
}
