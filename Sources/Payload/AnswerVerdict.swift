import TesseraPluginKit

/// What an answer means for the rows of its request, as most HTTP APIs have it: the status decides for all of them.
public enum AnswerVerdict {
    case delivered
    case retry(RowError)
    /// Refused as a whole, perhaps for one row.
    case split(RowError)
    case fail(RowError)

    /// - Parameter who: who answers, for messages: "the webhook".
    public init(_ answer: Answer, from who: String) {
        guard answer.transport == .ok, answer.status > 0 else {
            let why = answer.message.isEmpty ? "no answer came" : answer.message
            self =
                answer.transport == .refused
                ? .fail(RowError(.misc, "the request was not sent: \(why)"))
                : .retry(RowError(.serviceUnavailable, "\(who) did not answer: \(why)"))
            return
        }
        func error(_ code: RowError.Code, _ message: String) -> RowError {
            RowError(code, "\(who) \(message) (HTTP \(answer.status))", httpStatus: answer.status)
        }
        switch answer.status {
        case 200..<300: self = .delivered
        case 408: self = .retry(error(.serviceUnavailable, "gave up waiting for the request"))
        case 429: self = .retry(error(.rateLimit, "takes no more requests for now"))
        case 503: self = .retry(error(.serviceUnavailable, "is unavailable"))
        case 500...: self = .retry(error(.serverError, "failed"))
        case 401, 403: self = .fail(error(.authenticationError, "refused the credentials: check them"))
        case 404, 410: self = .fail(error(.endpointNotFound, "is not there: check the URL"))
        case 400, 413, 422: self = .split(error(.badRequest, "refused the rows"))
        case 400..<500: self = .fail(error(.badRequest, "refused the rows"))
        default:
            self = .fail(error(.misc, "answered with no result: point the URL at its final address"))
        }
    }

    /// The same outcome for all of the rows.
    public func report(_ rows: some Collection<Int>, at time: Int64, to outcomes: inout Outcomes) {
        switch self {
        case .delivered: for row in rows { outcomes.advance(row) }
        case .retry(let error): outcomes.retry(rows, at: time, error)
        case .split(let error): if rows.count > 1 { outcomes.split(rows, error) } else { outcomes.fail(rows, error) }
        case .fail(let error): outcomes.fail(rows, error)
        }
    }
}
