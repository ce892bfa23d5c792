import CTessera
import Payload
import TesseraPluginKit

/// Any HTTP API, its requests described in the config. `+Build` makes the requests, `+Classify` reads the answers,
/// `+Config` reads the config.
struct HTTPConnector: ConnectorPlugin {
    static let type = ConnectorType(id: "http", title: "HTTP API", schema: HTTPSchema.text)

    enum Body {
        /// GET and DELETE without one.
        case none
        /// All mapped fields, as an object for a row or an array of them; those of a batch with the row's key.
        case fields(hasKeys: Bool)
        case row(JSONTemplate)
        /// The outer one has one place, for the rows: at the pointer.
        case rows(outer: JSONTemplate, row: JSONTemplate, pointer: String)
    }

    let method: RequestMethod
    let url: TextTemplate
    let headers: [(name: String, value: TextTemplate)]
    let body: Body
    let batchSize: Int
    /// Fields that templates name, by their places.
    let names: [String]
    let idempotencyHeader: String?
    let signingTokens: [String]
    let success: StatusList
    let retry: StatusList
    let results: ResultRules?

    /// The fields that templates name; any where the body is all that is mapped.
    let columns: [String]?

    init(config: ConfigReader, open: OpenCall) {
        var names: [String] = []
        let secrets = Self.secrets(config)
        method = config.choice("method", default: RequestMethod.post)
        batchSize = Int(config.integer("batch_size", in: 1...1000, default: 1))
        url = Self.url(config, &names, secrets)
        headers = Self.headers(config, &names, secrets)
        let beforeBody = names.count
        let isKeyless = config.bool("keyless_rows", default: false)
        body = Self.body(config, method, batchSize, hasKeys: batchSize > 1 && !isKeyless, &names)
        if batchSize > 1, beforeBody > 0 {
            config.problem(
                "batch_size",
                "a request for several rows can't have fields of one row in url or headers: "
                    + "take {{\(names[0])}} out, or set batch_size to 1")
        }
        self.names = names
        idempotencyHeader = Self.idempotencyHeader(config)
        signingTokens = config.optionalTexts("signing_secrets", count: 0...2)
        success = StatusList(config, "success", standard: [200..<300])
        retry = StatusList(config, "retry", standard: [408..<409, 425..<426, 429..<430, 500..<600])
        results = ResultRules(config)
        if results?.match == .field, case .none = body {
            config.problem(
                at: "/results/match", "without a body no row can be told by a field: match by index or order")
        }
        let fields = names.filter { !$0.hasPrefix("$") }
        if case .fields = body {
            columns = fields.isEmpty ? nil : fields + ["*"]
        } else {
            columns = fields.isEmpty ? nil : fields
        }
    }
}
