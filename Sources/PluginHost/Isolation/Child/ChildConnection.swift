import Glibc
import Platform

/// The child's main socket: what it says by itself, and requests to the gateway's services. Any thread.
final class ChildConnection: Sendable {
    let main: FrameSocket

    private struct State {
        var next: UInt64 = 0
        var waiting: Set<UInt64> = []
        var answers: [UInt64: [UInt8]] = [:]
        /// Something was told that the gateway may not have heard yet.
        var isAhead = false
    }
    private let state = Monitor(State())

    init(_ main: FrameSocket) { self.main = main }

    /// Says something that nobody answers. Without a gateway this process has no reason to be.
    func tell(_ kind: FrameKind, id: UInt64 = 0, _ body: [UInt8] = []) {
        do { try main.send(kind, id: id, body) } catch { _exit(0) }
    }

    /// Says something about a call: it must be heard before the call ends (`waitUntilHeard`).
    func tellOfCall(_ kind: FrameKind, _ body: [UInt8]) {
        state.withLock { $0.isAhead = true }
        tell(kind, body)
    }

    /// Returns once the gateway has heard what was told so far. The end of a call that is not ASYNC goes another way, by
    /// its lane, and would overtake it.
    func waitUntilHeard() {
        let isAhead = state.withLock { state in
            defer { state.isAhead = false }
            return state.isAhead
        }
        if isAhead { _ = ask(.now, []) }
    }

    /// Asks and waits for the answer.
    func ask(_ kind: FrameKind, _ body: [UInt8]) -> [UInt8] {
        let id = state.withLock { state in
            state.next += 1
            state.waiting.insert(state.next)
            return state.next
        }
        tell(kind, id: id, body)
        return state.wait { $0.answers.removeValue(forKey: id) }
    }

    func answered(_ id: UInt64, _ body: [UInt8]) {
        state.update { if $0.waiting.remove(id) != nil { $0.answers[id] = body } }
    }
}

extension ChildConnection {
    /// Asks, and reads the answer; an answer that is too short gives nil, which from the gateway does not happen.
    func ask<Result>(
        _ kind: FrameKind, _ body: [UInt8], _ read: (inout WireReader) throws(WireError) -> Result
    ) -> Result? {
        ask(kind, body).withUnsafeBytes { bytes in
            var reader = WireReader(bytes)
            return try? read(&reader)
        }
    }
}
