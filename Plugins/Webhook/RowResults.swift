import Payload
import TesseraPluginKit

/// What a webhook's answer of 2xx says of single rows.
struct RowResults {
    enum Result {
        case taken
        case refused(RowError)
        case retry(RowError)
        /// Named, but with nothing that tells what became of it.
        case inDoubt(RowError)
    }

    /// For each row of the request what is said of it.
    private(set) var byPlace: [Result?]
    /// Why rows of which nothing is said are in doubt; nil when they were taken.
    private(set) var doubt: RowError?

    private static let codes: Set<String> = [
        "RATE_LIMIT", "SERVER_ERROR", "SERVICE_UNAVAILABLE", "BAD_REQUEST", "AUTHENTICATION_ERROR",
        "ENDPOINT_NOT_FOUND", "EVENT_PARSING_FAILED", "CONSENT_NOT_PROVIDED", "MISC_ERROR",
    ]

    /// Nil when the body is no JSON object with a list `results`: most webhooks answer with something of their own.
    init?(_ answer: Answer, of request: SentRequest) {
        guard AnswerJSON.mayHave("results", in: answer) else { return nil }
        let json = AnswerJSON(answer, resultsAt: 2)
        byPlace = Array(repeating: nil, count: request.rows.count)
        if json.isCut {
            doubt = RowError(
                .eventParsingFailed,
                "the webhook's results are larger than 64 KB, so what became of the row is not known: name rows that were "
                    + "not taken only, or lower batch_size", httpStatus: answer.status)
        } else if json.value == nil {
            doubt = RowError(
                .eventParsingFailed,
                "the webhook's results are no valid JSON, so what became of the row is not known: correct the answer",
                httpStatus: answer.status)
        }
        guard let value = json.value else { return }
        guard case .object(let members) = value, case .array(let results)? = members["results"] else { return nil }
        read(results, request, answer.status)
    }

    private mutating func read(_ results: [ConfigValue], _ request: SentRequest, _ status: Int32) {
        // Only a few answers name rows by their keys.
        lazy var keys = Self.keys(in: request.pointer.pointee.body.bytes)
        for result in results {
            var fields: [String: ConfigValue] = [:]
            if case .object(let members) = result { fields = members }
            let outcome = Self.outcome(fields, status)
            var places: Set<Int?> = []
            if let index = fields["index"] { places.insert(index.integer.flatMap { Int(exactly: $0) }) }
            if let key = fields["idempotency_key"] { places.insert(key.string.flatMap { keys[$0] }) }
            if places.count == 1, let place = places.first ?? nil, byPlace.indices.contains(place) {
                // Of two results for a row the one that it was not taken counts.
                if case .taken = outcome, byPlace[place] != nil { continue }
                byPlace[place] = outcome
            } else if case .taken = outcome {
                continue
            } else if doubt == nil {
                doubt = RowError(
                    .misc,
                    "the webhook's answer has a result that names none of the rows, so it may have been meant for this one: "
                        + "name rows by their idempotency_key, or by index, from 0", httpStatus: status)
            }
        }
    }

    private static func outcome(_ fields: [String: ConfigValue], _ status: Int32) -> Result {
        var error = RowError(.badRequest, "the webhook did not take the row", httpStatus: status)
        if let message = fields["message"]?.string, !message.isEmpty { error.message += ": \(message)" }
        let word = fields["status"]?.string
        if word == "retry" { error.code = .serviceUnavailable }
        if let code = fields["code"]?.string, codes.contains(code) { error.code = RowError.Code(rawValue: code) }
        switch word {
        case "ok": return .taken
        case "failed": return .refused(error)
        case "retry": return .retry(error)
        default:
            return .inDoubt(
                RowError(
                    .misc, "the webhook's answer names the row with a status that is none of ok, failed and retry",
                    httpStatus: status))
        }
    }

    /// The places of the keys in a request of ours.
    private static func keys(in body: UnsafeRawBufferPointer) -> [String: Int] {
        guard case .object(let members)? = try? ConfigValue(json: body), case .array(let rows)? = members["rows"] else {
            return [:]
        }
        var keys: [String: Int] = [:]
        for (place, row) in rows.enumerated() {
            if case .object(let fields) = row, let key = fields["idempotency_key"]?.string { keys[key] = place }
        }
        return keys
    }
}

extension ConfigValue {
    fileprivate var string: String? { if case .string(let text) = self { text } else { nil } }
    fileprivate var integer: Int64? { if case .integer(let integer) = self { integer } else { nil } }
}
