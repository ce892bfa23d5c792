import CTessera
import Foundation
import Platform
import PluginHost
import TestSupport
import Testing

/// ASYNC calls whose process dies or hangs after `run` has returned.
struct AsyncCrashTests {
    private func run(_ tile: TileInstance, _ keys: [String], clock: any Clock, timeoutUs: Int64) -> Recorder {
        let recorder = Recorder()
        let now = clock.now()
        tile.run(
            Bench.members(keys),
            CallContext(
                workspaceID: "w", journeyID: "j", runID: "r", tileID: "t", nowUs: now, runAtUs: now,
                deadlineUs: now + timeoutUs), sink: recorder)
        return recorder
    }

    @Test func aMemberThatKillsItLaterIsFound() throws {
        let bench = try Bench()
        let clock = SystemClock()
        let host = try bench.zoo("async_abort", clock: clock)
        let tile = try bench.openZoo(host, "async_abort")
        #expect(run(tile, Bench.keys(5), clock: clock, timeoutUs: 60_000_000).end() == .finished)
        let recorder = run(tile, Bench.keys(40, poison: [9]), clock: clock, timeoutUs: 60_000_000)
        #expect(recorder.end() == .finished)
        #expect(recorder.outcomes.map(\.row).sorted() == Array(0..<40))
        #expect(recorder.outcomes.filter { $0.kind == TESSERA_FAIL }.map(\.row) == [9])
        #expect(host.list().first?.state == .active)
    }

    @Test func callsBesideTheGuiltyOneLoseNothing() throws {
        let bench = try Bench()
        let clock = SystemClock()
        let host = try bench.zoo("async_abort", clock: clock)
        let tile = try bench.openZoo(host, "async_abort")
        #expect(run(tile, Bench.keys(5), clock: clock, timeoutUs: 60_000_000).end() == .finished)
        let calls = (0..<4).map { number in
            run(tile, Bench.keys(100, poison: number == 2 ? [50] : []), clock: clock, timeoutUs: 60_000_000)
        }
        for (number, call) in calls.enumerated() {
            #expect(call.end() == .finished)
            #expect(call.outcomes.map(\.row).sorted() == Array(0..<100))
            #expect(call.outcomes.filter { $0.kind == TESSERA_FAIL }.map(\.row) == (number == 2 ? [50] : []))
        }
    }

    @Test func aQuarantineEndsTheCallsUnderWay() throws {
        let bench = try Bench()
        let clock = SystemClock()
        let host = try bench.zoo("async_abort", clock: clock)
        let tile = try bench.openZoo(host, "async_abort")
        // Nothing but poison, on a plugin that never worked: it is given up, and every call hears its end at once.
        let calls = (0..<3).map { _ in run(tile, ["poison-1", "poison-2"], clock: clock, timeoutUs: 600_000_000) }
        for call in calls { #expect(call.end() != .timedOut) }
        #expect(calls.allSatisfy { $0.outcomes.isEmpty })
        #expect(host.list().first?.state == .quarantined)
    }

    @Test func whatNeverEndsIsUnknownOnceAndThenHunted() throws {
        let bench = try Bench()
        let clock = SystemClock()
        let host = try bench.zoo("async_never", clock: clock)
        let tile = try bench.openZoo(host, "async_never")
        #expect(run(tile, Bench.keys(3), clock: clock, timeoutUs: 60_000_000).end() == .finished)
        // The first time it may only be slow.
        let slow = run(tile, Bench.keys(4, poison: [1]), clock: clock, timeoutUs: 3_000_000)
        #expect(slow.end() == .timedOut)
        let stuck = run(tile, Bench.keys(4, poison: [1]), clock: clock, timeoutUs: 3_000_000)
        #expect(stuck.end() == .finished)
        #expect(stuck.outcomes.map(\.row).sorted() == [0, 1, 2, 3])
    }
}
