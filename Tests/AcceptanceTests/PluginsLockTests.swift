import Glibc
import Journeys
import Platform
import Testing

/// The lock file as `scripts/install` writes it, again and again.
@Suite struct PluginsLockTests {
    @Test func itKeepsWhatWasInstalledBeforeNewestFirst() throws {
        let folder = try TemporaryFolder()
        let (file, lock) = (folder.path + "/built.so", folder.path + "/plugins.lock")
        var hashes: [String] = []
        // The first content comes back at the end: it moves to the front and is not listed twice.
        for round in Array(0..<10) + [9, 4] {
            try Files.write(Array("content \(round)".utf8), to: file)
            try Command.succeed(
                Installed.root + "/scripts/plugins-lock", [lock, "sync.so=\(file)=secrets", "wait.so=\(file)"])
            let sum = try Command.succeed("sha256sum", [file]).split(separator: " ").first.map(String.init) ?? ""
            hashes.removeAll { $0 == sum }
            hashes.insert(sum, at: 0)
        }
        let plugins = try JSON.parse(Files.read(lock))["plugins"]?.arrayValue ?? []
        for (name, secrets) in [("sync.so", true), ("wait.so", false)] {
            let entries = plugins.filter { $0["file"]?.stringValue == name }
            #expect(entries.compactMap { $0["sha256"]?.stringValue } == Array(hashes.prefix(8)))
            #expect(entries.allSatisfy { $0["isolation"] == "inproc" && $0["secrets"] == .bool(secrets) })
        }
        #expect(plugins.count == 16)
        var status = stat()
        #expect(stat(lock, &status) == 0 && status.st_mode & 0o022 == 0)
    }
}
