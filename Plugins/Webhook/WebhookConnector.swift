import CTessera
import Payload
import TesseraPluginKit

/// Members as JSON to an address of the customer's own. `+Build` makes the requests, `+Classify` reads the answers.
struct WebhookConnector: ConnectorPlugin {
    static let type = ConnectorType(id: "webhook", title: "Webhook", schema: WebhookSchema.text)

    let batchSize: Int
    /// Method and URL in C form.
    let target: NameList
    /// `name, value` after `name, value`; the value of `Idempotency-Key`, the first one, is each request's own.
    let headers: NameList
    let signingTokens: NameList

    init(config: ConfigReader, open: OpenCall) {
        let url = config.text("url", "an http or https URL")
        if !url.isEmpty, let problem = EndpointURL.problem(in: url) { config.problem("url", problem) }
        let method = config.choice("method", among: RequestMethod.withBody, default: .post)
        batchSize = Int(config.integer("batch_size", in: 1...1000, default: 100))
        var pairs = ["Idempotency-Key", "", "Content-Type", "application/json"]
        for (field, header) in [("authorization", "Authorization"), ("api_key", "X-Api-Key")] {
            guard let value = config.optionalText(field) else { continue }
            if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                config.problem(field, "\(field) is a header's value: remove line breaks and control characters")
            }
            pairs += [header, value]
        }
        headers = NameList(pairs)
        signingTokens = NameList(config.optionalTexts("signing_secrets", count: 0...2))
        target = NameList([method.rawValue, url])
    }
}
