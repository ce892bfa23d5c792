import CTessera

/// A kind of destination: pure functions between mapped rows and HTTP. It does no I/O; sockets, TLS, signing and retries
/// belong to others. The value is an instance: one destination's config, opened.
public protocol ConnectorPlugin: Sendable {
    static var type: ConnectorType { get }

    /// Opens a config [control]; see `TilePlugin.init`. Each writeOnly field holds a token: put it where the secret belongs, in a
    /// header's value or the URL, and nowhere else.
    init(config: ConfigReader, open: OpenCall)

    /// The destination's fields; nil when it takes any.
    var columns: [String]? { get }

    /// Turns a batch of mapped columns into requests [worker, exclusive]. The columns are named by destination field (a
    /// dot means nesting), after `$member`, `$key` and `$attempt`. Each row goes into exactly one request, or is failed.
    /// - Throws: anything: the call as a whole failed and is tried again.
    func build(_ batch: Batch, _ call: BuildCall) throws

    /// Turns the answer to a request into outcomes [worker, exclusive]: `advance` is delivered. Rows not reported are
    /// unknown and will be sent again.
    func classify(_ request: SentRequest, _ answer: Answer, _ call: ClassifyCall) throws
}

extension ConnectorPlugin {
    public var columns: [String]? { nil }
}

/// What a kind of destination says about itself.
public struct ConnectorType: Sendable {
    /// The `destination_type`: `com.example.crm`.
    public var id: String
    /// For people.
    public var title: String
    /// Rows per `build` at most; 0 for the caller's choice.
    public var maxRows: UInt32
    /// JSON Schema (2020-12) of the config, secrets marked `writeOnly`. Its first `examples` entry must open.
    public var schema: String

    public init(id: String, title: String, maxRows: UInt32 = 0, schema: String) {
        self.id = id
        self.title = title
        self.maxRows = maxRows
        self.schema = schema
    }
}
