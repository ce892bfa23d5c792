import Crypto
import Journeys
import Platform
import TestSupport
import Testing

@testable import PluginHost

/// The lock file alone brings no plugin into the gateway's process: a Swift runtime of another version must not come with it.
@Suite struct ToolchainTests {
    @Test(arguments: [
        ("", "inproc", "inproc"), (CoreToolchain.current, "inproc", "inproc"), ("swift-5.0", "inproc", "process"),
        ("rustc-1.80", "inproc", "process"), ("", "process", "process"), (CoreToolchain.current, "process", "process"),
    ])
    func whereALockedFileRuns(_ toolchain: String, _ lock: String, _ expected: String) throws {
        let bench = try Bench()
        let path = try bench.build("tile", ["TOOLCHAIN": "\"\(toolchain)\""])
        let sha256 = Crypto.hex(Crypto.sha256(try Files.read(path)))
        let content: JSON = [
            "plugins": [["file": "plugin.so", "sha256": .string(sha256), "isolation": .string(lock)]]
        ]
        try Files.write(content.serialized(), to: bench.root + "/a/plugins.lock", mode: 0o644)
        let host = bench.isolatedHost()
        defer { host.stop() }
        #expect(host.loadAll().map(\.state) == [.active])
        let plugin = try #require(host.plugin("test.tile"))
        #expect(plugin.isLocked && plugin.toolchain == toolchain)
        #expect(plugin.isolation == expected)
        let maps = String(decoding: try Files.read("/proc/self/maps"), as: UTF8.self)
        #expect(maps.contains(bench.name) == (expected == "inproc"))
        // It works there.
        let recorder = Recorder()
        try bench.open(host, "advance").run(Bench.members(2), bench.context(), sink: recorder)
        #expect(recorder.outcomes.count == 2)
    }
}
