import CTessera

/// One call of a connector's `build`, valid until it returns.
public struct BuildCall {
    private let call: UnsafePointer<tessera_build_call>

    init(_ call: UnsafePointer<tessera_build_call>) { self.call = call }

    /// The time of this call, microseconds since 1970 UTC.
    public var now: Int64 { call.pointee.now_us }

    /// Hands over a request; it is copied at once. In the order of sending.
    public func send(_ request: Request) {
        let headers = request.headers.flatMap { [$0.name, $0.value] }
        let texts = NameList([request.method, request.url, request.messageID] + headers + request.signingTokens)
        let pairs = request.headers.indices.map {
            tessera_header(name: texts[3 + 2 * $0], value: texts[4 + 2 * $0])
        }
        withExtendedLifetime(texts) {
            pairs.withUnsafeBufferPointer { pairs in
                request.rows.withUnsafeBufferPointer { rows in
                    request.body.withUnsafeBytes { body in
                        var request = tessera_request(
                            size: UInt32(MemoryLayout<tessera_request>.size), signature: request.signature,
                            method: texts[0], url: texts[1], headers: pairs.baseAddress, header_count: pairs.count,
                            body: tessera_str(body), rows: rows.baseAddress, row_count: rows.count,
                            message_id: texts[2], signing_tokens: texts.pointer + 3 + headers.count,
                            signing_token_count: request.signingTokens.count)
                        withUnsafePointer(to: &request) { send($0) }
                    }
                }
            }
        }
    }

    /// The same for a request that is in C form already, without the copies: for hot paths.
    @inline(__always)
    public func send(_ request: UnsafePointer<tessera_request>) { call.pointee.request?(call, request) }

    /// A buffer for rows that can't be sent at all: `fail` them.
    public func outcomes(capacity: Int = 64) -> Outcomes {
        let call = call
        let report = call.pointee.report
        return Outcomes(capacity: capacity) { report?(call, $0, $1) }
    }
}

/// An HTTP request and the rows that it carries.
public struct Request: Sendable {
    public var method: String
    /// http or https; may contain tokens.
    public var url: String
    /// Values may contain tokens; CR, LF and NUL are refused.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// Indices into the batch.
    public var rows: [UInt32]
    /// `TESSERA_SIGN_…`: the transport signs, since only it knows the secrets.
    public var signature: UInt32
    /// With a signature: its `webhook-id`.
    public var messageID: String
    /// Tokens of the secrets to sign with, at most two.
    public var signingTokens: [String]

    public init(
        method: String = "POST", url: String, headers: [(name: String, value: String)] = [], body: [UInt8],
        rows: [UInt32], signature: UInt32 = TESSERA_SIGN_NONE, messageID: String = "", signingTokens: [String] = []
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.rows = rows
        self.signature = signature
        self.messageID = messageID
        self.signingTokens = signingTokens
    }
}
