import CTessera
import Platform
import TesseraTestKit
import Testing

/// Places are shared: between workspaces, destinations and calls.
@Suite struct SyncFairnessTests {
    private final class Gate: Sendable {
        private let state = Monitor((isOpen: false, waiting: 0))
        func wait() {
            state.update { $0.waiting += 1 }
            state.wait { $0.isOpen ? () : nil }
        }
        func open() { state.update { $0.isOpen = true } }
        func waitForOnes(_ count: Int) { state.wait { $0.waiting >= count ? () : nil } }
        var waiting: Int { state.withLock { $0.waiting } }
    }

    @Test func aWorkspaceNeverHoldsAllPlaces() throws {
        let rig = try SyncRig.narrow.get()
        let gate = Gate()
        let slow = try SyncServer { _ in
            gate.wait()
            return .status(200)
        }
        let quick = try SyncServer()
        let (stuck, other) = (rig.add(SyncScriptedConnector(slow.origin)), rig.add(SyncScriptedConnector(quick.origin)))
        let first = CallRecorder(now: rig.now, workspace: "0a000000-0000-4000-8000-00000000000a")
        let stuckTile = try rig.tile(stuck.id)
        try #require(stuckTile.run(try SyncRig.batch(100), first) == 0)
        // Alone, it gets three quarters of the eight places, and all of them hang.
        gate.waitForOnes(6)
        let second = CallRecorder(now: rig.now, workspace: "0a000000-0000-4000-8000-00000000000b")
        let otherTile = try rig.tile(other.id)
        try #require(otherTile.run(try SyncRig.batch(300), second) == 0)
        #expect(second.waitForDone())
        #expect(second.outcomes(rows: 300).allSatisfy { $0 == .advance(branch: 0) })
        #expect(gate.waiting == 6 && first.doneCount == 0)
        gate.open()
        first.waitForDone()
        #expect(first.outcomes(rows: 100).allSatisfy { $0 == .advance(branch: 0) })
    }
}
