import CTessera
import Platform
import Testing
import TesseraTestKit

/// Limits, cancellation and deadlines: what was not sent counts as no attempt.
@Suite struct SyncLimitTests {
    let rig: SyncRig
    let server: SyncServer

    init() throws {
        rig = try SyncRig.open.get()
        server = try SyncServer()
    }

    @Test func aLongWaitGoesBackToTheEngine() throws {
        let later = rig.now + 60_000_000
        let destination = rig.add(SyncScriptedConnector(server.origin)) { destination in
            destination.limit = { $0 < 2 ? (1, 0) : (0, later) }
        }
        let (outcomes, call) = try rig.deliver(5, to: destination)
        #expect(outcomes[..<2] == [.advance(branch: 0), .advance(branch: 0)])
        #expect(outcomes[2...].allSatisfy { $0 == .retry(at: later, notAttempted: true) })
        #expect(call.error(row: 4)?.code == "RATE_LIMIT")
        #expect(server.requests.count == 2)
        #expect(destination.settled.count == 2)
        #expect(destination.held == 0)
    }

    /// One request at a time: the next goes when the last has ended, without the clock's help (it stands still).
    @Test func aShortWaitIsWaitedFor() throws {
        let box = SharedFlag(free: true)
        let server = try SyncServer { _ in
            box.set(true)
            return .status(200)
        }
        let now = rig.now
        let destination = rig.add(SyncScriptedConnector(server.origin)) { destination in
            destination.limit = { _ in box.take() ? (1, 0) : (0, now) }
        }
        let (outcomes, _) = try rig.deliver(20, to: destination)
        #expect(outcomes == Array(repeating: .advance(branch: 0), count: 20))
        #expect(server.requests.count == 20)
        #expect(destination.asked >= 20)
    }

    @Test func aCancelledCallSendsNoMore() throws {
        let call = CallRecorder(now: rig.now)
        let destination = rig.add(SyncScriptedConnector(server.origin)) { destination in
            destination.limit = { number in
                if number == 3 { call.cancel() }
                return (1, 0)
            }
        }
        let (outcomes, _) = try rig.deliver(10, to: destination, call)
        #expect(outcomes[..<4].allSatisfy { $0 == .advance(branch: 0) })
        #expect(outcomes[4...].allSatisfy { $0 == .retry(at: rig.now, notAttempted: true) })
        #expect(call.error(row: 9)?.message.contains("cancelled") == true)
        #expect(server.requests.count == 4)
        #expect(call.doneCount == 1)
    }

    /// A rig of its own: the clock is moved.
    @Test func aNearDeadlineSendsNoMore() throws {
        let rig = try SyncRig.late.get()
        let start = rig.now
        let call = CallRecorder(now: start, deadline: start + 10_000_000)
        let destination = rig.add(SyncScriptedConnector(server.origin)) { destination in
            destination.limit = { number in
                if number < 2 { return (1, 0) }
                rig.library.host.now = start + 9_900_000
                return (0, start + 9_900_000)
            }
        }
        let (outcomes, _) = try rig.deliver(5, to: destination, call)
        #expect(outcomes[..<2] == [.advance(branch: 0), .advance(branch: 0)])
        #expect(outcomes[2...].allSatisfy { $0 == .retry(at: start + 9_900_000, notAttempted: true) })
        #expect(call.doneCount == 1)
    }
}

/// A flag of several threads.
final class SharedFlag: Sendable {
    private let state: Monitor<Bool>
    init(free: Bool) { state = Monitor(free) }
    func set(_ value: Bool) { state.update { $0 = value } }
    func take() -> Bool {
        state.withLock { value in
            defer { value = false }
            return value
        }
    }
}
