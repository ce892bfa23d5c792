import CTessera
import TesseraPluginKit

/// A request as its connector built it, waiting or under way.
struct QueuedRequest {
    /// In the job's arena; nil in an idle slot only.
    var request: UnsafePointer<tessera_request>?
    /// Of the connector's batch that it was built from.
    var places = RowPlaces.none
    /// Counts the job's requests from 1.
    var number: UInt32 = 0

    /// In the connector's batch.
    var rows: UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(start: request?.pointee.rows, count: request?.pointee.row_count ?? 0)
    }

    /// In the call's batch.
    var callRows: some Sequence<Int> { rows.lazy.map { [places] in places[Int($0)] } }
}

/// One call of the tile on its way: its rows become requests, their answers outcomes, and when the last one has come, the
/// call is done. Handed from `run` to the loop's thread, and used there only.
final class Job: @unchecked Sendable {
    let call: TileCall
    let mapping: FieldMapping
    let rows: BatchCopy

    /// What the loop has set up for the job; nil before it began.
    var destination: UnsafePointer<tessera_destination>?
    var secrets: SecretSet?
    var lane: Lane?
    /// After this time nothing more is sent: an answer could come too late to be reported.
    var sendUntil: Int64 = .max

    /// Rows that went through `build`.
    var built = 0
    /// Rows that are to be built once more, each list as a batch of its own: parts of requests that were too large.
    var parts: [[Int]] = []
    var queue: [QueuedRequest] = []
    var next = 0
    var requestCount: UInt32 = 0
    var inFlight = 0
    /// The limits of the destination let nothing through before; 0 when they did.
    var blockedUntil: Int64 = 0
    let arena = Arena()
    /// For each row the number of the request that carries it; 0 for none.
    var owners: [UInt32]
    /// The request that an answer is being classified for.
    var classified = QueuedRequest()
    /// What of it and its answer goes with errors; nil until one needs it.
    var exchange: Exchange?
    /// Its answer.
    var answer: UnsafePointer<tessera_answer>?
    var classifiedAt: Int64 = 0
    /// Rows of it that are to be tried again, and those that are to be built anew in halves.
    var retriedCount = 0
    /// Rows of it that failed, and of these those that did because there is nothing at their URL.
    var failedCount = 0
    var lostCount = 0
    /// When the first of those to be tried again goes, as the connector read it from the answer; 0 when it did not say.
    var retriedAt: Int64 = 0
    var split: [Int] = []

    lazy var completed = CompletedErrors()

    /// Outcomes to be reported together.
    let pending: UnsafeMutablePointer<tessera_outcome>
    var pendingCount = 0
    var complained = false
    static let pendingCapacity = 512

    init(call: TileCall, mapping: FieldMapping, rows: BatchCopy) {
        self.call = call
        self.mapping = mapping
        self.rows = rows
        owners = [UInt32](repeating: 0, count: rows.count)
        pending = .allocate(capacity: Job.pendingCapacity)
    }

    deinit { pending.deallocate() }

    var hasQueued: Bool { next < queue.count }
    /// Nothing left to build or to send.
    var isExhausted: Bool { !hasQueued && built == rows.count && parts.isEmpty }
    var isOver: Bool { isExhausted && inFlight == 0 }

    /// Logs a fault of the connector, once for each call.
    func complain(_ message: String) {
        if complained { return }
        complained = true
        Host.log(.error, "destination \(mapping.destinationID): \(message)")
    }
}
