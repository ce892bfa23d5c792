import Payload
import TesseraPluginKit

extension WebhookConnector {
    /// A webhook takes or refuses a request as a whole, unless an answer of 2xx names rows that it did not take:
    ///
    ///     {"results": [{"idempotency_key": KEY, "status": "failed", "code": "BAD_REQUEST", "message": "no such mailbox"}]}
    ///
    /// A row is named by `idempotency_key` or by `index`, its place in the request from 0; `status` is `ok`, `failed` or
    /// `retry`. Rows that are not named were taken, unless somebody who was not taken is named so that nobody knows him, or
    /// results are missing: then they are in doubt and come again under their keys, since a receiver can tell a row that
    /// comes twice, and nobody can tell one that never comes.
    func classify(_ request: SentRequest, _ answer: Answer, _ call: ClassifyCall) {
        var outcomes = call.outcomes(for: request)
        let verdict = AnswerVerdict(answer, from: "the webhook")
        guard case .delivered = verdict, let results = RowResults(answer, of: request) else {
            return verdict.report(request.rows, at: answer.retryAt, to: &outcomes)
        }
        for (row, result) in zip(request.rows, results.byPlace) {
            switch result {
            case .taken?: outcomes.advance(row)
            case .refused(let error)?: outcomes.fail(row, error)
            case .retry(let error)?, .inDoubt(let error)?: outcomes.retry(row, at: answer.retryAt, error)
            case nil:
                if let doubt = results.doubt {
                    outcomes.retry(row, at: answer.retryAt, doubt)
                } else {
                    outcomes.advance(row)
                }
            }
        }
    }
}
