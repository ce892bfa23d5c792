import Payload
import TesseraPluginKit

extension WebhookConnector {
    /// A webhook takes or refuses a request as a whole, unless an answer of 2xx names rows that it did not take:
    ///
    ///     {"results": [{"idempotency_key": KEY, "status": "failed", "code": "BAD_REQUEST", "message": "no such mailbox"}]}
    ///
    /// A row is named by `idempotency_key` or by `index`, its place in the request from 0; `status` is `ok`, `failed` or
    /// `retry`. Rows that are not named were taken.
    func classify(_ request: SentRequest, _ answer: Answer, _ call: ClassifyCall) {
        var outcomes = call.outcomes(for: request)
        let verdict = AnswerVerdict(answer, from: "the webhook")
        if case .delivered = verdict, answer.isCut, RowResults.mayStand(in: answer.body) {
            let error = RowError(
                .eventParsingFailed,
                "the webhook's results are larger than 64 KB, so what became of the rows is not known: name rows that were "
                    + "not taken only, or lower batch_size", httpStatus: answer.status)
            return outcomes.retry(request.rows, at: answer.retryAt, error)
        }
        guard case .delivered = verdict, let results = RowResults(answer.body) else {
            return verdict.report(request.rows, at: answer.retryAt, to: &outcomes)
        }
        let rows = Array(request.rows)
        for (row, failure) in zip(rows, results.byPlace(in: request, rows: rows.count)) {
            guard let failure else {
                outcomes.advance(row)
                continue
            }
            let error = RowError(failure.code, failure.message, httpStatus: answer.status)
            if failure.isTemporary { outcomes.retry(row, at: answer.retryAt, error) } else { outcomes.fail(row, error) }
        }
    }
}
