import CTessera
import TesseraPluginKit

/// Upserts contacts of a made-up CRM: an example of a connector in Swift with partial success. Up to 200 members go as one
/// request, and the answer says by their places which of them were not taken:
///
///     POST BASE/contacts/batch, X-Api-Key: KEY
///     {"contacts": [{"external_id": "m1", "request_id": IDEMPOTENCY KEY, "properties": {"email": "ann@example.com"}}]}
///     200 {"rejected": [{"index": 0, "reason": "no such mailbox", "retry": false}]}
struct CRMConnector: ConnectorPlugin {
    static let type = ConnectorType(
        id: "com.example.crm", title: "Example CRM", maxRows: 2000,
        schema: #"""
            {
              "type": "object",
              "properties": {
                "base_url": {"type": "string", "format": "uri"},
                "api_key": {"type": "string", "writeOnly": true}
              },
              "required": ["base_url", "api_key"],
              "additionalProperties": false,
              "examples": [{"base_url": "https://crm.example.com/v1", "api_key": "secret"}]
            }
            """#)

    static let contactsPerRequest = 200

    /// The fields that this CRM knows: the gateway refuses mappings to others.
    let columns: [String]? = ["email", "first_name", "last_name", "phone", "lifetime_value", "opted_in"]

    private let url: String
    /// A token that stands for the key; the transport puts the key in its place.
    private let key: String

    init(config: ConfigReader, open: OpenCall) {
        let base = config.text("base_url", "a URL that begins with https:// or http://")
        if !base.isEmpty, !base.hasPrefix("https://"), !base.hasPrefix("http://") {
            config.problem("base_url", "base_url must begin with https:// or http://")
        }
        url = base + (base.hasSuffix("/") ? "" : "/") + "contacts/batch"
        key = config.text("api_key")
    }

    func build(_ batch: Batch, _ call: BuildCall) throws {
        let contacts = try ContactWriter(batch)
        for first in stride(from: 0, to: batch.count, by: Self.contactsPerRequest) {
            let rows = first..<min(batch.count, first + Self.contactsPerRequest)
            call.send(
                Request(
                    url: url, headers: [("Content-Type", "application/json"), ("X-Api-Key", key)],
                    body: contacts.json(rows), rows: rows.map { UInt32($0) }))
        }
    }

    func classify(_ request: SentRequest, _ answer: Answer, _ call: ClassifyCall) throws {
        var outcomes = call.outcomes(for: request)
        let rows = Array(request.rows)
        guard (200..<300).contains(answer.status) else {
            let isTemporary = answer.status == 0 || answer.status == 429 || answer.status >= 500
            let error = RowError(
                isTemporary ? .serviceUnavailable : .badRequest,
                answer.status == 0 ? answer.message : "the CRM answered \(answer.status)", httpStatus: answer.status,
                response: String(decoding: answer.body, as: UTF8.self))
            if isTemporary {
                outcomes.retry(rows, at: answer.retryAt, error)
            } else {
                outcomes.fail(rows, error)
            }
            return
        }
        let rejections: [Rejection]
        do {
            rejections = try Rejection.list(in: answer.body)
        } catch {
            // It says nothing of anybody: all are sent again, under the same request ids.
            let why = RowError(
                .eventParsingFailed, "the CRM's answer can't be read", httpStatus: answer.status,
                response: String(decoding: answer.body, as: UTF8.self))
            return outcomes.retry(rows, why)
        }
        // Whoever is not named was taken.
        var taken = Set(rows.indices)
        for rejection in rejections where taken.remove(rejection.index) != nil {
            let error = RowError(.badRequest, rejection.reason, httpStatus: answer.status)
            if rejection.retry == true {
                outcomes.retry(rows[rejection.index], error)
            } else {
                outcomes.fail(rows[rejection.index], error)
            }
        }
        for index in taken.sorted() { outcomes.advance(rows[index]) }
    }
}
