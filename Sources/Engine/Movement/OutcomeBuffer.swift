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
        /// Dry run: what the tile recorded of rows, in order.
        var records: [(row: Int32, json: [UInt8])] = []
        /// The tile has ended the call.
        var isDone = false
        var end = CallEnd.finished
    }

    private let content = Monitor(Taken())
    /// The exchange of the last error: members of one request share the texts. Guarded by `content`.
    private nonisolated(unsafe) var lastExchange: (request: tessera_str, response: tessera_str, kept: MemberExchange)?
    /// Called once for each report or end, on the reporting thread.
    private let notify: @Sendable (_ rows: Int, _ isDone: Bool) -> Void

    init(capacity: Int, notify: @escaping @Sendable (_ rows: Int, _ isDone: Bool) -> Void = { _, _ in }) {
        self.notify = notify
        content.withLock { $0.outcomes.reserveCapacity(capacity) }
    }

    func report(_ reported: UnsafeBufferPointer<tessera_outcome>) {
        content.withLock { content in
            // Texts are lent for one report: the same place means the same text only within it.
            lastExchange = nil
            var last: (error: UnsafePointer<tessera_error>, kept: MemberError)?
            for outcome in reported {
                let row = Int32(bitPattern: outcome.row)
                content.outcomes.append(
                    Outcome(
                        row: row, kind: outcome.kind, flags: outcome.flags, branch: outcome.branch,
                        time: outcome.time_us))
                guard let error = outcome.error else { continue }
                let kept = last.flatMap { $0.error == error ? $0.kept : nil } ?? keep(error)
                last = (error, kept)
                content.errors[row] = kept
            }
        }
        notify(reported.count, false)
    }

    /// An error's copy. Errors of one request that differ only in their messages share their exchange.
    private func keep(_ error: UnsafePointer<tessera_error>) -> MemberError {
        guard error.pointee.size >= UInt32(MemoryLayout<tessera_error>.size) else {
            return MemberError(OutcomeError(error), nil)
        }
        let (request, response) = (error.pointee.request, error.pointee.response)
        if request.length == 0, response.length == 0 { return MemberError(OutcomeError(error), nil) }
        if let last = lastExchange, last.request.data == request.data, last.request.length == request.length,
            last.response.data == response.data, last.response.length == response.length
        {
            return MemberError(OutcomeError(withoutExchange: error), last.kept)
        }
        let copy = OutcomeError(error)
        let kept = MemberExchange(
            request: copy.request.isEmpty ? nil : copy.request, response: copy.response.isEmpty ? nil : copy.response)
        lastExchange = (request, response, kept)
        return MemberError(copy, kept)
    }

    func record(row: Int, json: UnsafeBufferPointer<UInt8>) {
        content.withLock { $0.records.append((Int32(truncatingIfNeeded: row), Array(json))) }
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
            content.records = []
            return taken
        }
    }
}

extension MemberError {
    init(_ error: OutcomeError, _ exchange: MemberExchange?) {
        self.init(
            code: error.code, message: error.message, httpStatus: error.httpStatus == 0 ? nil : Int(error.httpStatus),
            exchange: exchange)
    }
}
