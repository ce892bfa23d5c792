import HTTPServer
import Journeys
import Platform
import Warehouse

/// Carries an upload's bytes from the reactor to a thread of its own, which loads them. When that thread falls behind, the
/// socket is not read. A connection that breaks aborts the upload: the table stays as it was.
final class UploadConsumer: BodyConsumer {
    private enum End {
        case finished(Responder)
        case aborted
    }
    private struct State {
        var pieces: [[UInt8]] = []
        var bytes = 0
        var flow: BodyFlow?
        var end: End?
        /// The upload can't be taken: what is still to come is dropped.
        var refusal: APIError?
    }
    /// Bytes that may wait: above the high mark the socket rests until the low one.
    private static let highMark = 1 << 20
    private static let lowMark = 256 << 10

    private let rooms: Rooms
    private let requestID: String
    private let open: @Sendable () throws -> Upload
    private let loaded: @Sendable (UploadResult, _ requestID: String) throws -> Void
    private let state = Monitor(State())

    /// Nil when too many uploads are under way.
    /// - Parameter loaded: called when the rows are there, before that is answered.
    init?(
        _ call: Call, loaded: @escaping @Sendable (UploadResult, _ requestID: String) throws -> Void,
        _ open: @escaping @Sendable () throws -> Upload
    ) {
        rooms = call.rooms
        requestID = call.head.requestID
        self.open = open
        self.loaded = loaded
        guard rooms.uploads.start(call.workspaceID, { [self] in work() }) else { return nil }
    }

    // MARK: On the reactor

    func began(_ flow: BodyFlow) { state.withLock { $0.flow = flow } }

    func received(_ bytes: [UInt8]) {
        state.update { state in
            guard state.refusal == nil else { return }
            state.pieces.append(bytes)
            state.bytes += bytes.count
            if state.bytes > Self.highMark { state.flow?.pause() }
        }
    }

    func finished(_ responder: Responder) {
        let refusal = state.update { state in
            state.end = .finished(responder)
            return state.refusal
        }
        // The thread gave up before the end came: nobody else answers.
        if let refusal { responder.respond(refusal.response(requestID: requestID)) }
    }

    func aborted() { state.update { $0.end = .aborted } }

    // MARK: On the upload's thread

    private func work() {
        do {
            let upload = try open()
            while let bytes = next() { try upload.write(bytes) }
            guard case .finished(let responder)? = state.withLock({ $0.end }) else { return upload.abort() }
            let result = try upload.finish()
            try loaded(result, responder.requestID)
            responder.respond(Self.reply(result).response)
        } catch {
            refuse(error)
        }
    }

    /// The next bytes; nil at the end of the body, whole or broken.
    private func next() -> [UInt8]? {
        let (bytes, flow) = state.wait { state -> ([UInt8]?, BodyFlow?)? in
            if case .aborted? = state.end { return (nil, nil) }
            guard let first = state.pieces.first else { return state.end == nil ? nil : (nil, nil) }
            // Small pieces are joined: a call costs more than copying them.
            var bytes = first
            var taken = 1
            while taken < state.pieces.count, bytes.count < 128 << 10 {
                bytes += state.pieces[taken]
                taken += 1
            }
            state.pieces.removeFirst(taken)
            let wasHigh = state.bytes > Self.lowMark
            state.bytes -= bytes.count
            return (bytes, wasHigh && state.bytes <= Self.lowMark ? state.flow : nil)
        }
        flow?.resume()
        return bytes
    }

    private func refuse(_ error: any Error) {
        let known = APIError(error)
        if known == nil {
            rooms.log.error(event: "upload_failed", "an upload failed", ["request_id": requestID, "error": "\(error)"])
        }
        let refusal =
            known
            ?? APIError(
                500, "internal", "The upload failed inside the gateway: its log tells more under the request_id")
        let (end, flow) = state.update { state -> (End?, BodyFlow?) in
            state.refusal = refusal
            state.pieces = []
            state.bytes = 0
            return (state.end, state.flow)
        }
        switch end {
        case .finished(let responder): responder.respond(refusal.response(requestID: requestID))
        case .aborted: break
        case nil: flow?.refuse(refusal.response(requestID: requestID))
        }
    }

    private static func reply(_ result: UploadResult) -> Reply {
        .json([
            "rows": .integer(Int64(result.rows)), "inserted": .integer(Int64(result.inserted)),
            "updated": .integer(Int64(result.updated)), "bad": .integer(Int64(result.bad)),
            "problems": .array(
                result.problems.map { ["line": .integer(Int64($0.line)), "message": .string($0.message)] }),
        ])
    }
}
