import PluginHost
import TestSupport
import Testing

/// The plugins of the zoo that are never taken: each is refused with a reason that names what is wrong, by the gateway's
/// own probe in a child process; the good tile beside it loads. The others sin only once they are used.
struct ZooRefusalTests {
    static let refused: [(sin: String, reason: String)] = [
        ("major", "built for major version 2 of the plugin ABI (it exports tessera_plugin_v2)"),
        ("symbol", "not a Tessera plugin: it exports no symbol tessera_plugin_v1"),
        ("truncated", "the file is cut short: copy it again"),
        ("sizes", "the plugin lies about sizes: tessera_plugin.size is 16"),
        ("schema", "the config schema of 'com.example.zoo.schema' is not valid JSON"),
        (
            "example",
            "the first example of tile type 'com.example.zoo.example' does not open: /sin: this tile does not sin"
        ),
        ("constructor", "crashed while it was probed (signal 6)"),
        ("start", "crashed while it was probed (signal 6)"),
        ("start_fails", "the plugin's start returned 5"),
        ("start_hangs", "did not end its probe within 1 s"),
    ]

    @Test(arguments: refused)
    func refusedWithAReason(_ sin: String, _ reason: String) throws {
        let bench = try Bench()
        let bad = "\(bench.root)/a/bad.so"
        try Zoo.build(sin, to: bad)
        try Zoo.build("good", to: "\(bench.root)/a/good.so")
        let host = bench.host(
            probe: [BuiltProducts.pluginHost, "probe"], probeTimeoutUs: sin == "start_hangs" ? 1_000_000 : 20_000_000)
        let outcomes = host.loadAll()

        let outcome = try #require(outcomes.first { $0.path == bad })
        #expect(outcome.state == .refused)
        #expect(outcome.reason.contains(reason), "\(outcome.reason)")
        #expect(host.tileType(Zoo.id(sin)) == nil)
        #expect(host.tileType(Zoo.id("good")) != nil)
    }

    @Test func allOthersPassTheProbe() throws {
        let bench = try Bench()
        let refused = Set(Self.refused.map(\.sin))
        let others = try Zoo.sins.filter { !refused.contains($0) }
        #expect(others.count >= 25)
        for sin in others {
            let path = "\(bench.root)/\(sin).so"
            try Zoo.build(sin, to: path)
            // In this process: what sins only when it is used does no harm until then.
            let report = PluginProbe.run(path)
            #expect(report.reason == nil, "\(sin)")
            #expect(report.tileTypes + report.connectorTypes == [Zoo.id(sin)])
        }
    }
}
