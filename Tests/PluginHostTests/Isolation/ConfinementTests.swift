import CPlatform
import CTessera
import Foundation
import Glibc
import Journeys
import Platform
import PluginHost
import TestSupport
import Testing

@testable import PluginHost

/// What a plugin's process can't do, and what is left of it when it has ended.
struct ConfinementTests {
    @Test(arguments: ["exec", "kill_parent", "ptrace", "sigio"])
    func whatReachesForOthersIsRefusedAndTheWorkGoesOn(_ sin: String) throws {
        let bench = try Bench()
        let host = try bench.zoo(sin)
        let tile = try bench.openZoo(host, sin, sin: true)
        let recorder = Recorder()
        #expect(tile.run(Bench.members(Bench.keys(10)), bench.context(timeoutUs: 600_000_000), sink: recorder) == 0)
        #expect(recorder.outcomes.count == 10)
        #expect(recorder.outcomes.allSatisfy { $0.kind == TESSERA_ADVANCE })
        #expect(host.list().first?.figures.restarts == 0)
    }

    @Test(arguments: [
        "start_fails", "start", "constructor", "open", "branches", "columns", "huge_list", "huge_text", "open_silent",
    ])
    func whatFailsOutsideOfBatchesIsToldAndHurtsNobody(_ sin: String) throws {
        let bench = try Bench()
        try Zoo.build(sin, to: bench.root + "/a/bad.so")
        try Zoo.build("good", to: bench.root + "/a/good.so")
        let host = bench.isolatedHost()
        let outcomes = host.loadAll()
        let good = try bench.openZoo(host, "good")
        if let bad = outcomes.first(where: { $0.path.hasSuffix("bad.so") }), bad.state == .refused {
            #expect(!bad.reason.isEmpty)
        } else {
            let failure = #expect(throws: OpenFailure.self) { try bench.openZoo(host, sin, sin: true) }
            #expect(failure?.problems.isEmpty == false)
        }
        #expect(good.run(Bench.members(Bench.keys(5)), bench.context(), sink: Recorder()) == 0)
    }

    @Test func aConfigThatKillsItIsRefusedAndThePluginGoesOn() throws {
        let bench = try Bench()
        let host = try bench.zoo("open")
        let tile = try bench.openZoo(host, "open")
        for _ in 0..<5 {
            let failure = #expect(throws: OpenFailure.self) { try bench.openZoo(host, "open", sin: true) }
            #expect(
                failure?.description.contains("while it opened this config") == true, "\(failure?.description ?? "")")
        }
        // Five times asked, died once, and not to be blamed for it.
        #expect(host.list().first?.state == .active)
        #expect(tile.run(Bench.members(Bench.keys(5)), bench.context(), sink: Recorder()) == 0)
        #expect(host.list().first?.figures.restarts == 1)
    }

    @Test func halfAMessageEndsTheProcessInTime() throws {
        let bench = try Bench()
        var limits = IsolationLimits()
        limits.controlTimeoutUs = 5_000_000
        let host = try bench.zoo("half", limits: limits)
        let failure = #expect(throws: OpenFailure.self) { try bench.openZoo(host, "half", sin: true) }
        #expect(
            failure?.description.contains("what is no message") == true
                || failure?.description.contains("did not come back") == true, "\(failure?.description ?? "")")
    }

    @Test func aCrashInCloseOrRetireIsLogged() throws {
        for sin in ["close", "retire"] {
            let bench = try Bench()
            let host = try bench.zoo(sin)
            do { _ = try bench.openZoo(host, sin, sin: true) }
            host.stop()
            bench.lines.wait("crashed with SIGABRT")
        }
    }

    @Test(.enabled(if: ClosedFiles.isPossible, "the kernel has no Landlock"), arguments: [true, false])
    func theGatewaysDataIsClosed(_ isClosed: Bool) throws {
        let bench = try Bench()
        let data = bench.root + "/data"
        try Files.makeDirectory(data)
        try Files.write(Array("the key of all secrets".utf8), to: data + "/secret.key")
        try Zoo.build("thief", to: bench.root + "/a/thief.so")
        var configuration = PluginHostConfiguration(
            directories: [bench.root + "/a"], dataDirectory: data, settings: [:], version: "1",
            hostProgram: BuiltProducts.pluginHost)
        // Left open, the thief finds it: what it can't do otherwise is the closing's work.
        if !isClosed { configuration.dataDirectory = nil }
        let host = PluginHost(
            configuration: configuration, memory: bench.memory, services: bench.services, clock: bench.clock,
            log: .silent)
        try #require(host.loadAll().map(\.state) == [.active])
        let tile = try bench.openZoo(host, "thief", sin: true)
        let recorder = Recorder()
        tile.run(Bench.members(Bench.keys(5)), bench.context(timeoutUs: 600_000_000), sink: recorder)
        #expect(recorder.outcomes.count == (isClosed ? 5 : 0))
        host.stop()
    }

    /// They share the rules for files, which are made once.
    @Test(.enabled(if: ClosedFiles.isPossible, "the kernel has no Landlock"))
    func whatIsProbedSideBySideIsConfinedToo() throws {
        let bench = try Bench()
        let (data, outside) = (bench.root + "/data", bench.root + "/outside")
        try Files.makeDirectory(data)
        for file in [data + "/secret.key", outside] { try Files.write([1], to: file) }
        for name in ["one", "two", "three"] {
            let defines = [
                "NAME": CPlugin.string(name), "OUTSIDE": CPlugin.string(outside),
                "SECRET": CPlugin.string(data + "/secret.key"),
            ]
            try bench.build("confined", defines, as: name + ".so")
        }
        for dataDirectory in [data, nil] {
            var configuration = PluginHostConfiguration(
                directories: [bench.root + "/a"], storeDirectory: bench.root + "/store",
                hostProgram: BuiltProducts.pluginHost)
            configuration.dataDirectory = dataDirectory
            let host = PluginHost(
                configuration: configuration, memory: ForgetfulMemory(), services: bench.services, clock: bench.clock,
                log: .silent)
            defer { host.stop() }
            let outcomes = host.loadAll()
            // Left open, all of them see that they are not confined.
            let expected = dataDirectory == nil ? LoadOutcome.State.refused : .active
            #expect(outcomes.map(\.state) == [expected, expected, expected], "\(outcomes)")
        }
    }

    /// Children of this process whose program is the plugins' one.
    private func hosts() -> [pid_t] {
        ProcessTable.children(of: getpid()).map(\.pid).filter { pid in
            (try? Files.read("/proc/\(pid)/comm")).map {
                String(decoding: $0, as: UTF8.self).hasPrefix("tessera-plugin")
            }
                ?? false
        }
    }

    /// What the kernel tells of a process that hides its memory, it tells root only.
    @Test(.enabled(if: geteuid() == 0)) func aProcessHasNoEnvironmentAndNoDescriptorsOfOurs() throws {
        let bench = try Bench()
        let before = Set(hosts())
        let host = try bench.zoo("good")
        defer { host.stop() }
        let mine = try #require(
            hosts().first { pid in
                !before.contains(pid)
                    && ((try? Files.read("/proc/\(pid)/maps")).map {
                        String(decoding: $0, as: UTF8.self).contains(bench.name)
                    } ?? false)
            })
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(mine)/fd").compactMap { Int($0) }
        for descriptor in descriptors where descriptor > 2 {
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(mine)/fd/\(descriptor)")
            #expect(target.hasPrefix("socket:") || target.contains("memfd:"), "\(descriptor): \(target)")
        }
        let environment = String(decoding: try Files.read("/proc/\(mine)/environ"), as: UTF8.self)
            .split(separator: "\0").map(String.init)
        // What the program needs to start, which it clears before it maps the plugin.
        #expect(environment.allSatisfy { $0.hasPrefix("SWIFT_BACKTRACE=") || $0.hasPrefix("LD_LIBRARY_PATH=") })
        let status = String(decoding: try Files.read("/proc/\(mine)/status"), as: UTF8.self)
        #expect(status.contains("Seccomp:\t2"))
        #expect(status.contains("NoNewPrivs:\t1"))
        #expect(status.contains("CapEff:\t0000000000000000"))
        let limits = String(decoding: try Files.read("/proc/\(mine)/limits"), as: UTF8.self)
        #expect(limits.contains("Max open files            256"))
        #expect(limits.contains("Max core file size        0"))
    }

    @Test func whatAChildLeavesBehindIsEnded() throws {
        // As a gateway does; in the tests' process nothing but the child's own session is ended.
        #expect(tessera_become_subreaper() == 0)
        // A program that leaves one of its own behind, which a plugin can't: it has no fork.
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        defer { ends.forEach { close($0) } }
        let parent = try Nursery.shared.start(
            ChildLaunch(
                arguments: ["/usr/bin/setsid", "/bin/sh", "-c", "sleep 300 & echo $!"],
                descriptors: [1: ends[1]]))
        var text = [UInt8](repeating: 0, count: 32)
        let count = read(ends[0], &text, text.count)
        let orphan = try #require(pid_t(String(decoding: text[..<max(0, count)].filter { $0 > 32 }, as: UTF8.self)))
        #expect(parent.wait(microseconds: 10_000_000) != nil)
        #expect(kill(orphan, 0) == 0)
        Nursery.shared.ended(parent)
        #expect(kill(orphan, 0) == -1)
    }

    @Test(.timeLimit(.minutes(10))) func aCrashIsNoticedAtOnce() throws {
        let bench = try Bench()
        let host = try bench.zoo("trap")
        let tile = try bench.openZoo(host, "trap")
        #expect(tile.run(Bench.members(Bench.keys(1)), bench.context(), sink: Recorder()) == 0)
        let recorder = Recorder()
        tile.run(Bench.members(["poison"]), bench.context(timeoutUs: 600_000_000), sink: recorder)
        // Two deaths and a start between: the backtracer, were it on, would hold each for minutes.
        #expect(recorder.outcomes.map(\.kind) == [TESSERA_FAIL])
    }
}
