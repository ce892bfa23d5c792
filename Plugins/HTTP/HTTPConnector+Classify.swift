import Payload
import TesseraPluginKit

extension HTTPConnector {
    func classify(_ request: SentRequest, _ answer: Answer, _ call: ClassifyCall) {
        var outcomes = call.outcomes(for: request)
        guard answer.transport == .ok, answer.status > 0 else {
            return AnswerVerdict(answer, from: "the API").report(request.rows, at: answer.retryAt, to: &outcomes)
        }
        if success.contains(answer.status) {
            guard let results else { return AnswerVerdict.delivered.report(request.rows, at: 0, to: &outcomes) }
            return read(results, request, answer, &outcomes)
        }
        if retry.contains(answer.status) {
            let code: RowError.Code =
                switch answer.status {
                case 429: .rateLimit
                case 408, 425, 503: .serviceUnavailable
                case 500...: .serverError
                default: .misc
                }
            let error = RowError(
                code, "the API is to be asked again (HTTP \(answer.status))", httpStatus: answer.status)
            return AnswerVerdict.retry(error).report(request.rows, at: answer.retryAt, to: &outcomes)
        }
        if answer.status == 410, url.hasFields {
            // One row's resource. ENDPOINT_NOT_FOUND would say that the destination is gone, and disable it.
            let error = RowError(
                .badRequest, "the API says that what the URL names for this row is gone (HTTP 410)", httpStatus: 410)
            return AnswerVerdict.fail(error).report(request.rows, at: 0, to: &outcomes)
        }
        switch AnswerVerdict(answer, from: "the API") {
        case .delivered, .retry:
            let error = RowError(
                .misc, "the API answered with a status that is neither success nor retry (HTTP \(answer.status))",
                httpStatus: answer.status)
            AnswerVerdict.fail(error).report(request.rows, at: 0, to: &outcomes)
        case let verdict: verdict.report(request.rows, at: 0, to: &outcomes)
        }
    }
}
