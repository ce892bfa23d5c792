import HTTPServer
import Journeys
import Platform

/// Takes what webhooks deliver: each row with the day that it was on the gateway's clock.
final class Inbox: HTTPHandler {
    struct Row: Hashable, Sendable {
        /// `YYYY-MM-DD`.
        var day: String
        var member: String
        var key: String
        var data: JSON
    }

    private let clock: any Clock
    let rows = Monitor<[Row]>([])

    init(clock: any Clock) { self.clock = clock }

    func bodyPolicy(_ head: RequestHead) -> BodyPolicy { .collect(limit: 16 << 20) }

    func handle(_ request: Request, _ responder: Responder) {
        let day = Timestamp.date(Timestamp.day(of: clock.now()))
        let body = try? JSON.parse(request.body)
        let came = (body?["rows"]?.arrayValue ?? []).map { row in
            Row(
                day: day, member: row["primary_key"]?.stringValue ?? "", key: row["idempotency_key"]?.stringValue ?? "",
                data: row["data"] ?? .null)
        }
        rows.update { $0 += came }
        responder.respond(Response(status: 200))
    }
}
