import Crypto
import Foundation
import Glibc
import Journeys
import Platform
import PluginHost
import Testing

/// Whoever can write to a plugin can do what the gateway may: directories, lock files and plugins that others can write to
/// are refused, with the remedy.
struct TrustTests {
    private func refusal(_ bench: Bench, _ path: String) throws -> String {
        let host = bench.host()
        let outcome = host.loadAll().first { $0.path == path }
        #expect(host.list().contains { $0.path == path && $0.state == .refused })
        return try #require(outcome).reason
    }

    @Test(arguments: [(0o775, "its group"), (0o757, "everybody"), (0o777, "everybody")])
    func aFileThatOthersCanWriteTo(_ mode: Int, _ who: String) throws {
        let bench = try Bench()
        let path = try bench.buildVersion("1")
        chmod(path, mode_t(mode))
        #expect(
            try refusal(bench, path)
                == "the file can be written to by \(who), who could put any code into the gateway: chmod go-w \(path)")
        // Mended, it is taken without a change of its content.
        let host = bench.host()
        host.loadAll()
        #expect(host.tileTypes().isEmpty)
        chmod(path, 0o755)
        host.settle()
        #expect(host.tileTypes().map(\.id) == ["test-step"])
        // On a live gateway it serves on; a new content is not taken.
        try bench.buildVersion("2")
        chmod(path, mode_t(mode))
        host.settle()
        #expect(host.tileType("test-step")?.version == "1")
    }

    @Test func aDirectoryThatOthersCanWriteTo() throws {
        let bench = try Bench()
        try bench.buildVersion("1")
        try bench.build("async", as: "good.so", in: "b")
        chmod(bench.root + "/a", 0o1777)
        #expect(try refusal(bench, bench.root + "/a").contains("the plugin directory can be written to by everybody"))
        let host = bench.host()
        host.loadAll()
        #expect(host.tileTypes().map(\.id) == ["test-async"])
    }

    @Test func aLockFileThatOthersCanWriteToVouchesForNothing() throws {
        let bench = try Bench()
        let path = try bench.buildVersion("1")
        let sha256 = Crypto.hex(Crypto.sha256(try Files.read(path)))
        let lock: JSON = ["plugins": [["sha256": .string(sha256), "isolation": "inproc"]]]
        try Files.write(lock.serialized(), to: bench.root + "/a/plugins.lock")
        chmod(bench.root + "/a/plugins.lock", 0o666)
        let reason = try refusal(bench, bench.root + "/a/plugins.lock")
        #expect(reason.contains("vouches for nothing") && reason.contains("chmod go-w"), "\(reason)")
        let host = bench.host()
        host.loadAll()
        #expect(host.plugin("test.tile")?.isLocked == false)
    }

    /// Only root can give files away.
    @Test(.enabled(if: geteuid() == 0)) func aFileOfAnotherUser() throws {
        let bench = try Bench()
        let path = try bench.buildVersion("1")
        chown(path, 12345, 0)
        #expect(try refusal(bench, path).contains("belongs to user 12345, not to root or the gateway's user 0"))
        chown(path, 0, 0)
        chown(bench.root + "/a", 12345, 0)
        #expect(try refusal(bench, bench.root + "/a").contains("the plugin directory belongs to user 12345"))
    }

    /// A link is what it leads to.
    @Test func aLinkToAFileThatOthersCanWriteTo() throws {
        let bench = try Bench()
        let target = bench.root + "/target.so"
        try FileManager.default.moveItem(atPath: bench.buildVersion("1"), toPath: target)
        try FileManager.default.createSymbolicLink(atPath: bench.root + "/a/link.so", withDestinationPath: target)
        chmod(target, 0o777)
        #expect(try refusal(bench, bench.root + "/a/link.so").contains("written to by everybody"))
    }
}
