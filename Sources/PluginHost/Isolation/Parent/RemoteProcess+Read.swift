import CTessera
import Platform

extension RemoteProcess {
    /// Hears what the child says by itself, until its end: logs, outcomes of ASYNC calls, requests to host services.
    func read() {
        let buffer = FrameBuffer()
        do throws(WireError) {
            while true {
                let head = try main.receive(into: buffer)
                var body = buffer.reader
                try hear(head, &body)
            }
        } catch {
            state.update { $0.isHeard = true }
            _ = end(because: error)
        }
    }

    private func hear(_ head: FrameHead, _ body: inout WireReader) throws(WireError) {
        switch head.kind {
        case .log:
            let level = try body.integer(UInt32.self)
            let text = try body.lent()
            if logs.admits() { owner?.log(level, text) }
        case .outcomes: try call(head.id)?.hearOutcomes(&body)
        case .record: try call(head.id)?.hearRecord(&body)
        case .done:
            try hearFigures(&body)
            // Whoever takes it out of the table ends it.
            guard let call = call(head.id), call.isAsync, remove(call) else { return }
            call.finish()
            owner?.endedInTime()
        case .now, .isCancelled, .setting, .acquireDelivery, .settleDelivery, .disableDestination:
            try answerAtOnce(head, &body)
        case .acquireDestination, .releaseDestination, .buildForDestination, .classifyForDestination:
            try answerLater(head, body)
        default: throw .broken("a message of kind \(head.kind) by itself")
        }
    }
}

extension RemoteProcess {
    /// What the child has ignored so far; what is new is counted against the plugin.
    func hearFigures(_ body: inout WireReader) throws(WireError) {
        // The child's own word: nothing that it says may overflow a sum.
        let dropped = Int(min(try body.integer(UInt64.self), 1 << 40))
        let late = Int(min(try body.integer(UInt64.self), 1 << 40))
        if dropped == 0, late == 0 { return }
        let new = state.withLock { state in
            defer { state.ignored = (max(dropped, state.ignored.dropped), max(late, state.ignored.late)) }
            return (dropped: max(0, dropped - state.ignored.dropped), late: max(0, late - state.ignored.late))
        }
        owner?.count(dropped: new.dropped, late: new.late)
    }
}

/// Lets a plugin log, but not flood: at most a hundred lines a second.
final class LogLimiter: Sendable {
    private static let perSecond = 100
    private let state = Monitor((second: Int64(0), lines: 0))

    func admits() -> Bool {
        let second = MonotonicTime.now() / 1_000_000
        return state.withLock { state in
            if state.second != second { state = (second, 0) }
            state.lines += 1
            return state.lines <= Self.perSecond
        }
    }
}
