import CTessera
import Foundation
import Journeys
import Platform
import PluginHost
import TestSupport
import Testing

/// What becomes of a batch whose plugin's process dies of it.
struct CrashTests {
    /// Sins that end the process in `run`, and what the operator reads of them.
    static let deadly: [(sin: String, reason: String)] = [
        ("null", "crashed with SIGSEGV"), ("abort", "crashed with SIGABRT"), ("stack", "crashed with SIGSEGV"),
        ("exception", "crashed with SIGABRT"), ("trap", "crashed with SIG"), ("exit", "ended its process with exit(0)"),
        ("thread_exit", "ended its process with exit(0)"), ("leak", "crashed with SIG"),
        ("fork", "crashed with SIGABRT"),
    ]

    /// Sins that end it after the work was done and reported.
    @Test(arguments: [("close_all", "closed its connection to the gateway"), ("scribble", "crashed with SIGSEGV")])
    func whatWasReportedBeforeTheEndCounts(_ sin: (sin: String, reason: String)) throws {
        let bench = try Bench()
        let host = try bench.zoo(sin.sin)
        let tile = try bench.openZoo(host, sin.sin)
        let recorder = Recorder()
        let keys = Bench.keys(40, poison: [17])
        #expect(tile.run(Bench.members(keys), bench.context(timeoutUs: 600_000_000), sink: recorder) == 0)
        #expect(recorder.outcomes.map(\.row).sorted() == Array(0..<40))
        #expect(recorder.outcomes.allSatisfy { $0.kind == TESSERA_ADVANCE })
        bench.lines.wait(sin.reason)
        #expect(tile.run(Bench.members(Bench.keys(10)), bench.context(), sink: Recorder()) == 0)
    }

    @Test(arguments: deadly)
    func onlyThePoisonedMemberFails(_ sin: (sin: String, reason: String)) throws {
        let bench = try Bench()
        var limits = IsolationLimits()
        limits.memoryBytes = 256 << 20
        let host = try bench.zoo(sin.sin, limits: limits)
        let tile = try bench.openZoo(host, sin.sin)
        // It is known to be good before.
        #expect(tile.run(Bench.members(Bench.keys(10)), bench.context(timeoutUs: 600_000_000), sink: Recorder()) == 0)
        let recorder = Recorder()
        let keys = Bench.keys(40, poison: [17])
        #expect(tile.run(Bench.members(keys), bench.context(timeoutUs: 600_000_000), sink: recorder) == 0)
        #expect(recorder.ends == [.finished])
        let outcomes = recorder.outcomes.sorted { $0.row < $1.row }
        #expect(outcomes.map(\.row) == Array(0..<40))
        for outcome in outcomes where outcome.row != 17 {
            #expect(outcome.kind == TESSERA_ADVANCE)
            #expect(outcome.branch == (keys[Int(outcome.row)].utf8.last.map { $0 % 2 == 1 } == true ? 1 : 0))
        }
        let poisoned = try #require(outcomes.first { $0.row == 17 })
        #expect(poisoned.kind == TESSERA_FAIL)
        #expect(poisoned.error?.code == "PLUGIN_CRASHED")
        #expect(poisoned.error?.message.contains(sin.reason) == true, "\(poisoned.error?.message ?? "")")
        #expect(bench.lines.count(sin.reason) >= 1)
        // The plugin goes on, with a clean slate.
        #expect(host.list().first?.state == .active)
        #expect(tile.run(Bench.members(Bench.keys(10)), bench.context(), sink: Recorder()) == 0)
        #expect((host.list().first?.figures.restarts ?? 0) >= 1)
    }

    @Test func garbageOnTheConnectionEndsTheProcess() throws {
        let bench = try Bench()
        let host = try bench.zoo("write_all")
        let tile = try bench.openZoo(host, "write_all")
        #expect(tile.run(Bench.members(Bench.keys(10)), bench.context(), sink: Recorder()) == 0)
        let recorder = Recorder()
        let keys = Bench.keys(40, poison: [17])
        #expect(tile.run(Bench.members(keys), bench.context(timeoutUs: 600_000_000), sink: recorder) == 0)
        // It goes on with its work: whether that is heard before the garbage is the kernel's choice.
        #expect(recorder.outcomes.map(\.row).sorted() == Array(0..<40))
        #expect(recorder.outcomes.allSatisfy { $0.kind == TESSERA_ADVANCE || $0.row == 17 })
        bench.lines.wait("what is no message")
    }

    @Test func whatWasReportedBeforeTheCrashCounts() throws {
        let bench = try Bench()
        let host = try bench.zoo("poison")
        let tile = try bench.openZoo(host, "poison")
        let recorder = Recorder()
        let keys = Bench.keys(8192, poison: [5000])
        #expect(tile.run(Bench.members(keys), bench.context(timeoutUs: 600_000_000), sink: recorder) == 0)
        #expect(Set(recorder.outcomes.map(\.row)).count == 8192)
        #expect(recorder.outcomes.count == 8192)
        #expect(recorder.outcomes.filter { $0.kind == TESSERA_FAIL }.map(\.row) == [5000])
    }

    @Test func severalPoisonedMembersAreFoundEach() throws {
        let bench = try Bench()
        let host = try bench.zoo("abort")
        let tile = try bench.openZoo(host, "abort")
        let recorder = Recorder()
        #expect(
            tile.run(
                Bench.members(Bench.keys(1000, poison: [3, 4, 500, 999])), bench.context(timeoutUs: 600_000_000),
                sink: recorder) == 0)
        #expect(Set(recorder.outcomes.filter { $0.kind == TESSERA_FAIL }.map(\.row)) == [3, 4, 500, 999])
        #expect(recorder.outcomes.count == 1000)
        #expect(host.list().first?.state == .active)
    }

    @Test func aPluginThatDiesOfEveryBatchIsPutInQuarantine() throws {
        let bench = try Bench()
        let host = try bench.zoo("abort")
        let tile = try bench.openZoo(host, "abort", sin: true)
        let recorder = Recorder()
        #expect(tile.run(Bench.members(Bench.keys(100)), bench.context(timeoutUs: 600_000_000), sink: recorder) != 0)
        // Nobody is failed for it: all are unknown, and tried again once it is lifted.
        #expect(recorder.outcomes.isEmpty)
        #expect(recorder.ends.count == 1)
        let info = try #require(host.list().first)
        #expect(info.state == .quarantined)
        #expect(info.reason.contains("crashed with SIGABRT"))
        // From now on nothing is started.
        #expect(tile.run(Bench.members(Bench.keys(1)), bench.context(), sink: Recorder()) != 0)
        #expect(throws: OpenFailure.self) { try bench.openZoo(host, "abort") }
    }

    @Test func aSingleMemberProvesNothingAgainstAPluginThatNeverWorked() throws {
        let bench = try Bench()
        let host = try bench.zoo("null")
        let tile = try bench.openZoo(host, "null", sin: true)
        let recorder = Recorder()
        #expect(tile.run(Bench.members(["a"]), bench.context(timeoutUs: 600_000_000), sink: recorder) != 0)
        #expect(recorder.outcomes.isEmpty)
        #expect(host.list().first?.state == .quarantined)
    }

    /// In real time, since the plugin really hangs.
    @Test(arguments: ["loop", "deadlock", "stop"])
    func aMemberOfWhichABatchNeverEndsIsFoundToo(_ sin: String) throws {
        let bench = try Bench()
        let clock = SystemClock()
        let host = try bench.zoo(sin, clock: clock)
        let tile = try bench.openZoo(host, sin)
        func run(_ keys: [String]) -> Recorder {
            let recorder = Recorder()
            let now = clock.now()
            tile.run(
                Bench.members(keys),
                CallContext(
                    workspaceID: "w", journeyID: "j", runID: "r", tileID: "t", nowUs: now, runAtUs: now,
                    deadlineUs: now + 3_000_000), sink: recorder)
            return recorder
        }
        #expect(run(Bench.keys(4)).outcomes.count == 4)
        let recorder = run(Bench.keys(4, poison: [2]))
        #expect(recorder.end() == .finished)
        let outcomes = recorder.outcomes.sorted { $0.row < $1.row }
        #expect(outcomes.map(\.row) == [0, 1, 2, 3])
        #expect(outcomes.map(\.kind) == [TESSERA_ADVANCE, TESSERA_ADVANCE, TESSERA_FAIL, TESSERA_ADVANCE])
        #expect(outcomes[2].error?.message.contains("did not come back from a batch before its deadline") == true)
        #expect((host.list().first?.figures.timeouts ?? 0) >= 1)
    }

    @Test func aCallWhoseTimeIsOverBeforeItsProcessIsReadyEnds() throws {
        let bench = try Bench()
        let clock = SystemClock()
        let host = try bench.zoo("deadlock", clock: clock)
        let tile = try bench.openZoo(host, "deadlock", sin: true)
        // No time at all: whatever the plugin would do, nobody waits for it, and its process does not hold the thread.
        let recorder = Recorder()
        let now = clock.now()
        tile.run(
            Bench.members(Bench.keys(3)),
            CallContext(
                workspaceID: "w", journeyID: "j", runID: "r", tileID: "t", nowUs: now, runAtUs: now, deadlineUs: now + 1
            ),
            sink: recorder)
        _ = recorder.end()
        #expect(recorder.ends.count == 1)
        #expect(recorder.outcomes.isEmpty)
    }

    @Test func twoHuntsForOneMemberAtOnceFindItBoth() throws {
        let bench = try Bench()
        let host = try bench.zoo("abort")
        let first = try bench.openZoo(host, "abort")
        let second = try host.openTile(
            type: Zoo.id("abort"), config: ["sin": false], schema: nil, workspaceID: "w", journeyID: "k"
        ).get()
        #expect(first.run(Bench.members(Bench.keys(4)), bench.context(), sink: Recorder()) == 0)
        let recorders = [Recorder(), Recorder()]
        let context = bench.context(timeoutUs: 600_000_000)
        let threads = zip([first, second], recorders).map { tile, recorder in
            NativeThread(name: "hunt") {
                tile.run(Bench.members(Bench.keys(64, poison: [20])), context, sink: recorder)
            }
        }
        for thread in threads { thread.join() }
        for recorder in recorders {
            #expect(recorder.outcomes.map(\.row).sorted() == Array(0..<64))
            #expect(recorder.outcomes.filter { $0.kind == TESSERA_FAIL }.map(\.row) == [20])
        }
        #expect(host.list().first?.state == .active)
    }

    @Test func anEndlessLoopIsStoppedByItsProcessorTime() throws {
        let bench = try Bench()
        var limits = IsolationLimits()
        limits.batchProcessorUs = 100_000
        let host = try bench.zoo("loop", limits: limits)
        let tile = try bench.openZoo(host, "loop")
        #expect(tile.run(Bench.members(Bench.keys(3)), bench.context(), sink: Recorder()) == 0)
        let recorder = Recorder()
        tile.run(Bench.members(Bench.keys(2, poison: [1])), bench.context(timeoutUs: 600_000_000), sink: recorder)
        #expect(recorder.outcomes.first { $0.row == 1 }?.error?.message.contains("processor time") == true)
    }
}
