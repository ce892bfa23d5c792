import Journeys
import Platform
import Store
import TestSupport
import Testing

@testable import Gateway

@Suite struct AuditKeeperTests {
    /// A clock that goes on by a second with each look, as one does while a sweep takes its time, and keeps what it is waited for.
    private final class BusyClock: Clock {
        let looks = Monitor<Int64>(0)
        let deadlines = Monitor<[Int64]>([])

        func now() -> Int64 {
            looks.withLock { looks in
                defer { looks += 1 }
                return looks * 1_000_000
            }
        }

        func wait<State, Result>(
            on monitor: Monitor<State>, deadline: Int64, until body: (inout State) -> Result?
        ) -> Result? {
            deadlines.update { $0.append(deadline) }
            return monitor.wait(until: body)
        }
    }

    private static let hour: Int64 = 3_600_000_000

    private static func numbers(_ control: ControlStore) throws -> [Int64] {
        try control.read { try $0.audit(workspaceID: nil, limit: 1000).entries.map(\.number) }
    }

    /// At the start, with a clock that stands still, and then with each hour of that clock.
    @Test func sweepsAtTheStartAndThenHourly() throws {
        let directory = try TemporaryDirectory()
        let clock = ManualClock(1_700_000_000_000_000)
        let control = try ControlStore(dataDirectory: directory.path, clock: clock, log: .silent)
        defer { control.close() }
        func note(_ count: Int) throws {
            let pen = AuditPen(.commandLine, workspaceID: nil, at: clock.now())
            for _ in 0..<count { try control.write { try pen.note(AuditChange(.created, .workspace, "w"), $0) } }
        }
        try note(5)
        clock.advance(24 * Self.hour)
        try note(3)
        let retention = AuditRetention(age: 2 * Self.hour)
        let keeper = AuditKeeper(control: control, retention: retention, clock: clock, log: .silent)
        keeper.start()
        defer { keeper.stop() }
        try eventually { try Self.numbers(control).count == 3 }
        // The three are too old by the third hour, and are looked for with each.
        try eventually {
            clock.advance(Self.hour)
            return try Self.numbers(control).isEmpty
        }
    }

    /// A setting that was shortened while the gateway was down.
    @Test func aShorterRetentionIsKeptToFromTheStartOn() throws {
        let directory = try TemporaryDirectory()
        let first = try TestGateway(plugins: [], in: directory)
        let workspace = try first.makeWorkspace()
        for number in 0..<6 { _ = try workspace.make("/api-keys", #"{"name": "\#(number)"}"#) }
        let all = try workspace.json("GET", "/audit")["data"]?.arrayValue ?? []
        #expect(all.count == 9, "the workspace, its source and its first key too")
        first.stop()
        let second = try TestGateway(plugins: [], in: directory) { $0.auditRetention.entries = 2 }
        defer { second.stop() }
        let path = workspace.base + "/audit"
        let kept = try eventually { () -> [JSON]? in
            let answer = try second.client().request(
                "GET", path, headers: [("Authorization", "Bearer \(workspace.key)")])
            let entries = try JSON.parse(answer.body)["data"]?.arrayValue ?? []
            return entries.count == 2 ? entries : nil
        }
        #expect(kept.map { $0["id"] } == all.prefix(2).map { $0["id"] }, "the newest")
    }

    @Test func theNextSweepIsAnHourAfterTheBeginningOfThisOne() throws {
        let directory = try TemporaryDirectory()
        let control = try ControlStore(dataDirectory: directory.path, clock: SystemClock(), log: .silent)
        defer { control.close() }
        let clock = BusyClock()
        let keeper = AuditKeeper(control: control, retention: AuditRetention(), clock: clock, log: .silent)
        keeper.start()
        defer { keeper.stop() }
        let deadline = clock.deadlines.wait(microseconds: 60_000_000) { $0.first }
        #expect(deadline == AuditKeeper.interval)
        #expect(clock.now() > 1_000_000, "the sweep has looked at the clock, too")
    }
}
