import HTTPServer
import Journeys

/// An answer of the API before it becomes a `Response`.
struct Reply: Sendable {
    var status = 200
    var contentType = "application/json"
    var body: [UInt8]
    /// With its quotes.
    var etag: String?
    /// Of a created resource.
    var location: String?
    var headers: [(String, String)] = []

    init(
        status: Int = 200, contentType: String = "application/json", body: [UInt8], etag: String? = nil,
        location: String? = nil
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.etag = etag
        self.location = location
    }

    /// A JSON value as the whole body.
    static func json(_ json: JSON, status: Int = 200, etag: String? = nil, location: String? = nil) -> Reply {
        Reply(status: status, body: json.serialized(), etag: etag, location: location)
    }

    /// `{"status": …}`, as DELETE and cancel answer.
    static func status(_ text: String) -> Reply { .json(["status": .string(text)]) }

    var response: Response {
        let more = location.map { [("Location", $0)] + headers } ?? headers
        return Response(status: status, contentType: contentType, etag: etag, headers: more, body: .bytes(body))
    }
}
