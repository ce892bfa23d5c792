import CTessera
import Payload
import TesseraPluginKit

/// Slack's incoming webhooks, as https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks has them: one
/// message a request, `ok` or a word for what is wrong as the answer.
struct SlackConnector: ConnectorPlugin {
    static let type = ConnectorType(id: "slack", title: "Slack", schema: SlackSchema.text)

    /// A token: the whole URL is a secret, and the transport puts it there.
    let url: String
    let body: JSONTemplate
    let names: [String]
    /// The fields that the templates name.
    let columns: [String]?

    init(config: ConfigReader, open: OpenCall) {
        url = config.text("webhook_url", "the URL of an incoming webhook")
        // Blocks are a message without a text too.
        let text = config.optionalText("text") ?? (config.value("blocks") == nil ? "{{text}}" : nil)
        if let text, text.unicodeScalars.count > 40_000 {
            config.problem("text", "text has at most 40,000 characters: shorten it")
        }
        var members: [String: ConfigValue] = [:]
        if let text { members["text"] = .string(text) }
        switch config.value("blocks") {
        case nil: break
        case .array(let blocks)?:
            if blocks.count > 50 { config.problem("blocks", "Slack takes at most 50 blocks, not \(blocks.count)") }
            members["blocks"] = .array(blocks)
        case let other?: config.problem("blocks", "blocks must be an array of blocks, not \(other.kindName)")
        }
        var names: [String] = []
        body = JSONTemplate(.object(members), at: "", names: &names) { config.problem(at: $0, $1) }
        self.names = names
        let fields = names.filter { !$0.hasPrefix("$") }
        columns = fields.isEmpty ? nil : fields
    }

    func build(_ batch: Batch, _ call: BuildCall) throws {
        guard let fields = try call.made(of: batch, { try TemplateFields(batch, names: names) }) else { return }
        var refused = call.outcomes()
        let text = JSONBytes()
        for row in 0..<batch.count {
            if let column = fields.malformedJSON(row) {
                refused.fail(row, .malformedJSON(column))
                continue
            }
            text.removeAll()
            fields.write(body, row: row, to: text, escape: Self.escaped)
            call.send(
                Request(
                    url: url, headers: [("Content-Type", "application/json")], body: Array(text.bytes),
                    rows: [UInt32(truncatingIfNeeded: row)]))
        }
    }

    /// A member's data is text, not markup: https://docs.slack.dev/messaging/formatting-message-text#escaping
    private static func escaped(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        for byte in text {
            switch byte {
            case UInt8(ascii: "&"): out += "&amp;".utf8
            case UInt8(ascii: "<"): out += "&lt;".utf8
            case UInt8(ascii: ">"): out += "&gt;".utf8
            default: out.append(byte)
            }
        }
        return out
    }
}
