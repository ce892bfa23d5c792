import CTessera
import TesseraPluginKit

extension Job {
    /// Reports what was collected.
    func flush() {
        if pendingCount > 0 { call.pointer.pointee.report?(call.pointer, pending, pendingCount) }
        pendingCount = 0
    }

    /// Collects an outcome; one with an error must be flushed before the error's texts go.
    func append(_ outcome: tessera_outcome) {
        if pendingCount == Job.pendingCapacity { flush() }
        (pending + pendingCount).initialize(to: outcome)
        pendingCount += 1
    }

    /// The same outcome for several rows of the call's batch, reported at once.
    /// - Parameter time: 0 for the engine's own backoff.
    func retry(_ rows: some Sequence<Int>, at time: Int64 = 0, notAttempted: Bool = false, _ error: RowError) {
        error.withC { error in
            for row in rows {
                append(
                    tessera_outcome(
                        row: UInt32(truncatingIfNeeded: row), kind: UInt8(truncatingIfNeeded: TESSERA_RETRY),
                        flags: notAttempted ? UInt8(truncatingIfNeeded: TESSERA_OUTCOME_NOT_ATTEMPTED) : 0, branch: 0,
                        time_us: time, error: error))
            }
            flush()
        }
    }

    /// Gives up what was not sent: waiting requests, and rows not built yet. It counts as no attempt.
    func holdBack(at time: Int64, _ error: RowError) {
        while hasQueued {
            let request = queue[next]
            next += 1
            retry(request.callRows, at: time, notAttempted: true, error)
        }
        for part in parts { retry(part, at: time, notAttempted: true, error) }
        parts = []
        if built < rows.count { retry(built..<rows.count, at: time, notAttempted: true, error) }
        built = rows.count
    }

    /// Takes outcomes of a connector for rows of one request (`number`; 0: rows that no request carries).
    /// What a connector may not say is dropped: the rows stay unknown and are sent again.
    func take(_ outcomes: UnsafePointer<tessera_outcome>?, _ count: Int, _ places: RowPlaces, number: UInt32) {
        let outcomes = UnsafeBufferPointer(start: outcomes, count: outcomes == nil ? 0 : count)
        var hasError = false
        for var outcome in outcomes {
            guard Int(outcome.row) < places.count, owners[places[Int(outcome.row)]] == number else {
                complain("its connector reported a row that is not its request's")
                continue
            }
            let row = places[Int(outcome.row)]
            switch UInt32(outcome.kind) {
            case TESSERA_ADVANCE where number != 0: outcome.branch = 0
            case TESSERA_RETRY where number != 0 && UInt32(outcome.flags) & TESSERA_OUTCOME_SPLIT != 0:
                if classified.rows.count > 1 {
                    // No request's any more, so that it can be another one's.
                    owners[row] = 0
                    split.append(row)
                    continue
                }
                outcome.kind = UInt8(truncatingIfNeeded: TESSERA_FAIL)
                outcome.flags = 0
                failedCount += 1
            case TESSERA_RETRY:
                retriedCount += 1
                let time = RetryAfter.capped(outcome.time_us, now: classifiedAt)
                outcome.time_us = time
                if time != 0 { retriedAt = retriedAt == 0 ? time : min(retriedAt, time) }
            case TESSERA_FAIL:
                failedCount += 1
                if Job.isOfEndpoint(outcome.error) { lostCount += 1 }
            default:
                complain("its connector reported outcome kind \(outcome.kind), which is not its to give")
                continue
            }
            outcome.row = UInt32(truncatingIfNeeded: row)
            if let error = outcome.error {
                hasError = true
                outcome.error = completed.complete(error, self)
            }
            append(outcome)
            if completed.isFull {
                flush()
                completed.removeAll()
            }
        }
        // Errors are lent, and so are the completed ones.
        if hasError {
            flush()
            completed.removeAll()
        }
    }

    private static func isOfEndpoint(_ error: UnsafePointer<tessera_error>?) -> Bool {
        guard let error, error.pointee.size >= UInt32(MemoryLayout<tessera_error>.size) else { return false }
        return error.pointee.code.bytes.elementsEqual(RowError.Code.endpointNotFound.rawValue.utf8)
    }

    /// Rows whose request was too large for the destination, or for what its limits have left, in two halves.
    func splitInHalves(_ rows: [Int]) {
        let middle = (rows.count + 1) / 2
        for part in [rows[..<middle], rows[middle...]] where !part.isEmpty { parts.append(Array(part)) }
    }
}
