import Engine
import HTTPServer
import Journeys
import Platform

/// A simulation told line by line as it goes: `{"delivery": …}` for each delivery, `{"progress": "<virtual time>"}` at most
/// once a second, and at last `{"report": …}`, or `{"error": …}` as an answer's body would have it.
///
/// Used on the simulation's thread.
final class SimulationStream {
    private let responder: Responder
    private let log: Log
    private var stream: ResponseStream?
    private var lines: [UInt8] = []
    private var told: Int64 = 0
    private let clock = SystemClock()

    /// Bytes that are sent together.
    private static let piece = 32 << 10

    init(_ responder: Responder, _ log: Log) {
        self.responder = responder
        self.log = log
    }

    func run(_ simulation: Simulation) {
        do {
            let report = try simulation.run { [responder] in
                responder.hasPeerEnded
            } deliver: { [self] in
                say(["delivery": $0.json])
            } progress: { [self] time in
                guard clock.now() - told >= 1_000_000 else { return }
                told = clock.now()
                say(["progress": .string(Timestamp.api(time))])
                flush()
            }
            say(["report": report])
        } catch {
            let known = Self.known(error, responder, log)
            // While nothing is sent there is still a status to say it by.
            if stream == nil, lines.isEmpty {
                return responder.respond(known.response(requestID: responder.requestID))
            }
            say(["error": known.json(requestID: responder.requestID)])
        }
        flush()
        stream?.finish()
    }

    private func say(_ json: JSON) {
        lines += json.serialized()
        lines.append(UInt8(ascii: "\n"))
        if lines.count >= Self.piece { flush() }
    }

    /// Waits for a slow reader; one that is gone ends the simulation soon.
    private func flush() {
        if lines.isEmpty { return }
        let stream =
            stream
            ?? responder.startStreaming(
                headers: [("Content-Type", "application/x-ndjson"), ("Cache-Control", "no-store")])
        self.stream = stream
        while case .full = stream.write(lines) {
            _ = stream.waitUntilWritable(lines.count, microseconds: 1_000_000)
            if responder.hasPeerEnded { break }
        }
        lines.removeAll(keepingCapacity: true)
    }

    /// The error as the caller sees it; one that is our own fault is logged and not told.
    static func known(_ error: any Error, _ responder: Responder, _ log: Log) -> APIError {
        if let known = APIError(error) { return known }
        log.error(
            event: "simulation_failed", "a simulation failed", ["request_id": responder.requestID, "error": "\(error)"])
        return APIError(
            500, "internal", "The simulation failed inside the gateway: its log tells more under the request_id")
    }
}
