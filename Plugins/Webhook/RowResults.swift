import Payload
import TesseraPluginKit

/// The rows that a webhook's answer names as not taken.
struct RowResults {
    struct Failure {
        var key: String?
        var index: Int?
        var isTemporary: Bool
        var code: RowError.Code
        var message: String
    }

    let failures: [Failure]

    private static let codes: Set<String> = [
        "RATE_LIMIT", "SERVER_ERROR", "SERVICE_UNAVAILABLE", "BAD_REQUEST", "AUTHENTICATION_ERROR",
        "ENDPOINT_NOT_FOUND", "EVENT_PARSING_FAILED", "CONSENT_NOT_PROVIDED", "MISC_ERROR",
    ]

    /// Whether a body that was cut looks like one with results: they are named near its beginning.
    static func mayStand(in body: UnsafeRawBufferPointer) -> Bool {
        body.first == UInt8(ascii: "{") && body.prefix(256).firstRange(of: #""results""#.utf8) != nil
    }

    /// Nil when the body is no JSON object with `results`: most webhooks answer with something of their own.
    init?(_ body: UnsafeRawBufferPointer) {
        // A look before the parser is asked: answers that name rows are rare.
        guard body.first == UInt8(ascii: "{"), case .object(let members)? = try? ConfigValue(json: body),
            case .array(let results)? = members["results"]
        else { return nil }
        failures = results.compactMap { result in
            guard case .object(let fields) = result, case .string(let status)? = fields["status"], status != "ok" else {
                return nil
            }
            var failure = Failure(
                key: nil, index: nil, isTemporary: status == "retry",
                code: status == "retry" ? .serviceUnavailable : .badRequest, message: "the webhook did not take the row"
            )
            if case .string(let key)? = fields["idempotency_key"] { failure.key = key }
            if case .integer(let index)? = fields["index"] { failure.index = Int(exactly: index) }
            if case .string(let code)? = fields["code"], Self.codes.contains(code) {
                failure.code = RowError.Code(rawValue: code)
            }
            if case .string(let message)? = fields["message"], !message.isEmpty {
                failure.message = "the webhook did not take the row: \(message)"
            }
            return failure
        }
    }

    /// For each row of a request why it was not taken; nil for those that were.
    func byPlace(in request: SentRequest, rows count: Int) -> [Failure?] {
        var places = [Failure?](repeating: nil, count: count)
        let keys = failures.contains { $0.key != nil } ? Self.keys(in: request.pointer.pointee.body.bytes) : [:]
        for failure in failures {
            let place = failure.index ?? failure.key.flatMap { keys[$0] }
            if let place, places.indices.contains(place) { places[place] = failure }
        }
        return places
    }

    /// The places of the keys in a request of ours.
    private static func keys(in body: UnsafeRawBufferPointer) -> [String: Int] {
        guard case .object(let members)? = try? ConfigValue(json: body), case .array(let rows)? = members["rows"] else {
            return [:]
        }
        var keys: [String: Int] = [:]
        for (place, row) in rows.enumerated() {
            if case .object(let fields) = row, case .string(let key)? = fields["idempotency_key"] { keys[key] = place }
        }
        return keys
    }
}
