import CFaultVFS
import Journeys
import Store
import TestSupport
import Testing

@testable import Engine

/// What the housekeeper does, on a disk that fails.
extension DiskFaultTests {
    /// A journey of 800 members, 600 of them waiting, that is paused.
    private func paused() throws -> (bench: FaultBench, opened: FaultBench.Opened) {
        let bench = try FaultBench(.movement)
        let opened = try #require(bench.opened)
        try end(bench, bench.trigger(), "a run")
        _ = try opened.engine.change(.pause, workspaceID: FaultBench.workspaceID, journeyID: bench.journeyID)
        return (bench, opened)
    }

    private func active(_ bench: FaultBench, _ opened: FaultBench.Opened) throws -> Int {
        try opened.engine.stats(workspaceID: FaultBench.workspaceID, journeyID: bench.journeyID).stats?.total.active
            ?? 0
    }

    @Test func whoIsToLeaveAnArchivedJourneyLeavesOnceTheDiskHasRoom() throws {
        let (bench, opened) = try paused()
        #expect(try active(bench, opened) == 600)
        fault_arm("members/", 1, Int32(FAULT_FULL | FAULT_STAYS))
        _ = try opened.engine.change(.archive, workspaceID: FaultBench.workspaceID, journeyID: bench.journeyID)
        try eventually { fault_has_struck() != 0 }
        fault_heal()
        try eventually {
            bench.clock.advance(11 * Bench.second)
            return try active(bench, opened) == 0
        }
        #expect(try bench.wrongCounters() == [])
    }

    @Test func aDeletedJourneyIsDeletedOnceTheDiskHasRoom() throws {
        let (bench, opened) = try paused()
        fault_arm("members/", 1, Int32(FAULT_FULL | FAULT_STAYS))
        try opened.engine.delete(workspaceID: FaultBench.workspaceID, journeyID: bench.journeyID)
        try eventually { fault_has_struck() != 0 }
        fault_heal()
        try eventually {
            bench.clock.advance(11 * Bench.second)
            return try opened.control.read { try $0.deletedJourneys(limit: 1) }.isEmpty
        }
        bench.close()
        #expect(try bench.inspect().keys.isEmpty)
    }

    /// Once control.db has forgotten a journey, nobody could find members that came back.
    @Test func membersOfADeletedJourneyDoNotComeBackWithThePower() throws {
        let (bench, opened) = try paused()
        try opened.engine.delete(workspaceID: FaultBench.workspaceID, journeyID: bench.journeyID)
        try eventually { try opened.control.read { try $0.deletedJourneys(limit: 1) }.isEmpty }
        fault_arm("/", 1, Int32(FAULT_POWER))
        bench.close()
        try #require(fault_cut(0) >= 0)
        let left = try bench.inspect()
        #expect(left.keys.isEmpty && left.wrong.isEmpty)
    }
}
