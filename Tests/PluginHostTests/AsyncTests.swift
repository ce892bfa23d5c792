import CTessera
import Foundation
import Journeys
import Platform
import PluginHost
import Testing

/// Calls of a tile that reports late, from a thread of its own.
struct AsyncTests {
    private func loaded() throws -> (Bench, PluginHost) {
        let bench = try Bench()
        try bench.build("async")
        let host = bench.host()
        try #require(host.loadAll().map(\.state) == [.active])
        return (bench, host)
    }

    private func figures(_ host: PluginHost) throws -> PluginInfo.Figures { try #require(host.list().first?.figures) }

    @Test func lateReportsArriveThenDone() throws {
        let (bench, host) = try loaded()
        let tile = try bench.open(host, "late", type: "test-async")
        let recorders = (0..<20).map { _ in Recorder() }
        for recorder in recorders { #expect(tile.run(Bench.members(50), bench.context(), sink: recorder) == 0) }
        for recorder in recorders {
            #expect(recorder.end() == .finished)
            #expect(recorder.outcomes.map(\.row) == Array(0..<50))
            #expect(recorder.state.withLock { $0.reportsAfterDone } == 0)
        }
    }

    @Test func doneMayComeBeforeRunReturns() throws {
        let (bench, host) = try loaded()
        let tile = try bench.open(host, "inside", type: "test-async")
        let recorder = Recorder()
        tile.run(Bench.members(5), bench.context(), sink: recorder)
        #expect(recorder.ends == [.finished])
        #expect(recorder.outcomes.count == 5)
    }

    @Test func nothingCountsAfterDone() throws {
        let (bench, host) = try loaded()
        let tile = try bench.open(host, "after", type: "test-async")
        let recorder = Recorder()
        tile.run(Bench.members(6), bench.context(), sink: recorder)
        #expect(recorder.ends == [.finished])
        #expect(recorder.outcomes.count == 3)
        // Six rows and one more done.
        #expect(try figures(host).late == 7)
    }

    @Test func aFailedRunIsItsOwnEnd() throws {
        let (bench, host) = try loaded()
        let tile = try bench.open(host, "status", type: "test-async")
        let recorder = Recorder()
        #expect(tile.run(Bench.members(6), bench.context(), sink: recorder) == 5)
        #expect(recorder.ends == [.failed(5)])
        #expect(recorder.outcomes.count == 3)
    }

    @Test func theDeadlineEndsACallThatNeverReports() throws {
        let (bench, host) = try loaded()
        let tile = try bench.open(host, "never", type: "test-async")
        let recorder = Recorder()
        #expect(tile.run(Bench.members(6), bench.context(timeoutUs: 500), sink: recorder) == 0)
        #expect(recorder.ends.isEmpty)
        bench.clock.advance(500)
        #expect(recorder.end() == .timedOut)
        #expect(try figures(host).timeouts == 1)
    }

    @Test func reportsAfterTheDeadlineAreIgnored() throws {
        let (bench, host) = try loaded()
        let gate = bench.root + "/gate"
        var tile: TileInstance? = try bench.open(host, "hang", type: "test-async", ["gate": .string(gate)])
        let recorder = Recorder()
        tile?.run(Bench.members(6), bench.context(timeoutUs: 500), sink: recorder)
        bench.clock.advance(1000)
        #expect(recorder.end() == .timedOut)

        // The call is still under way for the plugin: its instance stays open until it says done.
        tile = nil
        host.stop()
        #expect(bench.lines.count("closed") == 0)
        #expect(bench.lines.count("retired") == 0)
        try Files.write([], to: gate)
        bench.lines.wait("after its call had ended")
        #expect(recorder.outcomes.isEmpty)
        #expect(recorder.ends == [.timedOut])
    }

    @Test func anInstanceClosesOnceItsLastCallIsDone() throws {
        let (bench, host) = try loaded()
        let gate = bench.root + "/gate"
        let recorder = Recorder()
        func start() throws {
            let tile = try bench.open(host, "hang", type: "test-async", ["gate": .string(gate)])
            tile.run(Bench.members(3), bench.context(), sink: recorder)
        }
        try start()
        #expect(bench.lines.count("closed") == 0)
        try Files.write([], to: gate)
        #expect(recorder.end() == .finished)
        host.stop()
        #expect(bench.lines.count("closed") == 1)
        #expect(bench.lines.count("retired") == 1)
    }

    @Test func theDeadlineEndsASyncCallThatIsBusy() throws {
        let bench = try Bench()
        // The same tile, its thread waited for by nobody, but not flagged ASYNC: its call ends when run returns.
        try bench.build("async", ["FLAGS": "0"])
        let host = bench.host()
        host.loadAll()
        let tile = try bench.open(host, "after", type: "test-async")
        let recorder = Recorder()
        tile.run(Bench.members(4), bench.context(), sink: recorder)
        // `done` means nothing to it: every row counts, and the end comes once.
        #expect(recorder.outcomes.count == 4)
        #expect(recorder.ends == [.finished])
    }
}
