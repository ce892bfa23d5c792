import Payload
import TesseraPluginKit

extension SlackConnector {
    /// 200 `ok`, or a status with a word: `invalid_payload`, `no_text` (400), `action_prohibited` (403), `channel_not_found`,
    /// `no_service` (404), `channel_is_archived` (410), `rollup_error` (500); 429 with Retry-After.
    func classify(_ request: SentRequest, _ answer: Answer, _ call: ClassifyCall) {
        var outcomes = call.outcomes(for: request)
        switch AnswerVerdict(answer, from: "Slack") {
        case .delivered: for row in request.rows { outcomes.advance(row) }
        case .retry(let error): outcomes.retry(request.rows, at: answer.retryAt, explained(error, answer))
        case .split(let error), .fail(let error): outcomes.fail(request.rows, explained(error, answer))
        }
    }

    private static let remedies: [String: String] = [
        "invalid_payload": "the message is not as Slack wants it: check text and blocks",
        "invalid_blocks": "the blocks are not as Slack wants them: check blocks, and that no text is too long",
        "no_text": "the message is empty: give text",
        "too_many_attachments": "the message has too many attachments",
        "action_prohibited": "the workspace's admins do not let this app post here",
        "posting_to_general_channel_denied": "only some may post to the general channel",
        "channel_not_found": "the channel is gone: make a new webhook",
        "no_service": "the webhook is disabled or removed: make a new one",
        "no_service_id": "the webhook is disabled or removed: make a new one",
        "no_team": "the Slack workspace is gone",
        "team_disabled": "the Slack workspace is disabled",
        "user_not_found": "the user is gone: make a new webhook",
        "channel_is_archived": "the channel is archived: make a webhook for another one",
        "rollup_error": "Slack failed for a reason of its own",
    ]

    private func explained(_ error: RowError, _ answer: Answer) -> RowError {
        guard answer.body.count <= 64 else { return error }
        let word = String(decoding: answer.body, as: UTF8.self)
        guard let remedy = Self.remedies[word] else { return error }
        var explained = error
        explained.message = "Slack answered \(word) (HTTP \(answer.status)): \(remedy)"
        return explained
    }
}
