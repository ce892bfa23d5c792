import TesseraPluginKit

extension WebhookConnector {
    /// A webhook takes or refuses a request as a whole: one class for all of its rows.
    func classify(_ request: SentRequest, _ answer: Answer, _ call: ClassifyCall) {
        var outcomes = call.outcomes(for: request)
        let rows = request.rows
        switch verdict(answer) {
        case .delivered:
            for row in rows { outcomes.advance(row) }
        case .retry(let error):
            outcomes.retry(rows, at: answer.retryAt, error)
        case .fail(let error):
            outcomes.fail(rows, error)
        }
    }

    private enum Verdict {
        case delivered
        case retry(RowError)
        case fail(RowError)
    }

    private func verdict(_ answer: Answer) -> Verdict {
        guard answer.transport == .ok, answer.status > 0 else { return unanswered(answer) }
        switch answer.status {
        case 200..<300:
            return .delivered
        case 408:
            return .retry(error(.serviceUnavailable, "the webhook gave up waiting for the request", answer))
        case 429:
            return .retry(error(.rateLimit, "the webhook takes no more requests for now", answer))
        case 503:
            return .retry(error(.serviceUnavailable, "the webhook is unavailable", answer))
        case 500...:
            return .retry(error(.serverError, "the webhook failed", answer))
        case 401, 403:
            return .fail(error(.authenticationError, "the webhook refused the credentials: check them", answer))
        case 404, 410:
            return .fail(error(.endpointNotFound, "the webhook's URL leads nowhere: check it", answer))
        case 400..<500:
            return .fail(error(.badRequest, "the webhook refused the rows", answer))
        default:
            return .fail(
                error(.misc, "the webhook answered with no result: point the URL at its final address", answer))
        }
    }

    private func unanswered(_ answer: Answer) -> Verdict {
        let why = answer.message.isEmpty ? "no answer came" : answer.message
        if answer.transport == .refused {
            return .fail(RowError(.misc, "the request was not sent: \(why)", request: redactedTarget))
        }
        return .retry(RowError(.serviceUnavailable, "the webhook did not answer: \(why)", request: redactedTarget))
    }

    private func error(_ code: RowError.Code, _ message: String, _ answer: Answer) -> RowError {
        RowError(
            code, "\(message) (HTTP \(answer.status))", httpStatus: answer.status, request: redactedTarget,
            response: String(decoding: answer.body, as: UTF8.self))
    }
}
