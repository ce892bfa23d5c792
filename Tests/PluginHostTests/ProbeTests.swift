import Foundation
import Journeys
import Platform
import PluginHost
import TestSupport
import Testing

struct ProbeTests {
    @Test(arguments: ["tile", "async", "connector", "deliverer"])
    func goodPluginsPass(_ fixture: String) throws {
        let bench = try Bench()
        let report = PluginProbe.run(try bench.build(fixture))
        #expect(report.reason == nil)
        #expect(report.warnings.isEmpty)
        #expect(report.id.hasPrefix("test."))
        #expect(report.json["ok"] == true)
    }

    @Test func anExampleThatDoesNotOpenIsAReason() throws {
        let bench = try Bench()
        let schema = CPlugin.string(#"{"examples":[{"mode":"unheard of"}]}"#)
        let report = PluginProbe.run(try bench.build("tile", ["SCHEMA": schema]))
        #expect(report.id == "test.tile")
        #expect(report.reason?.contains("the first example of tile type 'test-step' does not open: /mode") == true)
    }

    @Test func aSampleThatNeverEndsIsAWarningAndOneThatFailsIsNone() throws {
        let bench = try Bench()
        let never = CPlugin.string(#"{"examples":[{"mode":"never"}]}"#)
        let hung = PluginProbe.run(try bench.build("async", ["SCHEMA": never], as: "1.so"), sampleTimeoutUs: 20_000)
        #expect(hung.reason == nil)
        #expect(hung.warnings == ["tile type 'test-async' did not end a sample batch of 0 rows"])
        let status = CPlugin.string(#"{"examples":[{"mode":"status"}]}"#)
        let failed = PluginProbe.run(try bench.build("tile", ["SCHEMA": status], as: "2.so"))
        #expect(failed.reason == nil)
        #expect(failed.warnings.isEmpty)
    }

    /// A probe of ours that answers with a report, as `tessera-plugin-host probe` does.
    private func command(_ script: String) -> [String] { ["/bin/sh", "-c", script, "probe"] }

    @Test func aFileThatPassesIsLoaded() throws {
        let bench = try Bench()
        let path = try bench.build()
        let report = PluginProbe.run(path).json.text
        try Files.write(Array(report.utf8), to: bench.root + "/report.json")
        let host = bench.host(probe: command("test -f \"$1\" && cat \(bench.root)/report.json"))
        #expect(host.loadAll().map(\.state) == [.active])
        #expect(host.tileType("test-step") != nil)
    }

    @Test(arguments: [
        ("kill -SEGV $$", "crashed while it was probed (signal 11)"),
        ("exit 3", "ended with status 3 and without a report"),
        ("echo hello", "without a report"),
        (#"echo '{"ok":false,"reason":"bad table","id":"test.tile","version":"1"}'"#, "bad table"),
        ("exec sleep 600", "did not end its probe"),
    ])
    func aFileThatFailsItsProbeIsNeverMapped(_ script: String, _ reason: String) throws {
        let bench = try Bench()
        // Mapping this one would end the test process.
        try bench.build("tile", ["CRASH_ON_LOAD": "1"])
        for attempt in 1...2 {
            let host = bench.host(
                probe: command(script), probeTimeoutUs: script.contains("sleep") ? 200_000 : 10_000_000)
            let outcome = try #require(host.loadAll().first)
            #expect(outcome.state == .refused)
            #expect(outcome.reason.contains(reason), "\(outcome.reason)")
            // A probe that took too long may do better on a quieter machine; the others were the file's own fault.
            let isLasting = !script.contains("sleep")
            #expect(outcome.reason.contains("not tried again") == (isLasting && attempt == 2))
        }
    }

    @Test func aProbeThatCannotStartIsNotTheFilesFault() throws {
        let bench = try Bench()
        try bench.build()
        let outcome = try #require(bench.host(probe: ["/nowhere/tessera"]).loadAll().first)
        #expect(outcome.reason.contains("can't be probed"))
        #expect(bench.host().loadAll().map(\.state) == [.active])
    }

    @Test func theProbeInheritsNothing() throws {
        let bench = try Bench()
        try bench.build()
        let extra = open("/dev/null", O_RDONLY)
        defer { close(extra) }
        setenv("TESSERA_SECRET_KEY", "hush", 1)
        defer { unsetenv("TESSERA_SECRET_KEY") }
        let host = bench.host(
            probe: command("ls /proc/$$/fd > \(bench.root)/fds; env > \(bench.root)/env; exit 1"))
        host.loadAll()
        let descriptors = String(decoding: try Files.read(bench.root + "/fds"), as: UTF8.self).split(separator: "\n")
        #expect(!descriptors.contains("\(extra)"))
        let environment = String(decoding: try Files.read(bench.root + "/env"), as: UTF8.self)
        #expect(environment.contains("SWIFT_BACKTRACE=enable=no"))
        #expect(!environment.contains("hush"))
    }
}
