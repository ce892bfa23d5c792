import CTessera
import Glibc
import Platform
import PluginHost
import Store

/// What a tile has reported about a batch and the run has not taken yet. Reports come from any thread; the run takes.
final class OutcomeBuffer: OutcomeSink {
    /// One report, without its error.
    struct Outcome {
        var row: Int32
        var kind: UInt8
        var flags: UInt8
        var branch: UInt16
        var time: Int64
    }

    struct Taken {
        var outcomes: [Outcome] = []
        var errors: [Int32: MemberError] = [:]
        /// The tile has ended the call.
        var isDone = false
        var end = CallEnd.finished
    }

    private let content = Monitor(Taken())
    /// Called once for each report or end, on the reporting thread.
    private let notify: @Sendable (_ rows: Int, _ isDone: Bool) -> Void

    init(capacity: Int, notify: @escaping @Sendable (_ rows: Int, _ isDone: Bool) -> Void = { _, _ in }) {
        self.notify = notify
        content.withLock { $0.outcomes.reserveCapacity(capacity) }
    }

    func report(_ reported: UnsafeBufferPointer<tessera_outcome>) {
        content.withLock { content in
            for outcome in reported {
                let row = Int32(bitPattern: outcome.row)
                content.outcomes.append(
                    Outcome(
                        row: row, kind: outcome.kind, flags: outcome.flags, branch: outcome.branch,
                        time: outcome.time_us))
                if let error = outcome.error { content.errors[row] = MemberError(OutcomeError(error)) }
            }
        }
        notify(reported.count, false)
    }

    func done(_ end: CallEnd) {
        content.withLock {
            $0.isDone = true
            $0.end = end
        }
        notify(0, true)
    }

    /// What has come since the last take.
    func take() -> Taken {
        content.withLock { content in
            let taken = content
            content.outcomes = []
            content.errors = [:]
            return taken
        }
    }
}

extension MemberError {
    /// A failed call may bring one long answer for thousands of members: each keeps its beginning.
    private static let keptBytes = 2048

    init(_ error: OutcomeError) {
        func kept(_ text: String) -> String? {
            if text.isEmpty { return nil }
            return text.utf8.count <= Self.keptBytes
                ? text : String(decoding: text.utf8.prefix(Self.keptBytes), as: UTF8.self)
        }
        self.init(
            code: error.code, message: error.message, httpStatus: error.httpStatus == 0 ? nil : Int(error.httpStatus),
            request: kept(error.request), response: kept(error.response))
    }
}
