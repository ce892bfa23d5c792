import CTessera

/// A request as a connector built it.
public struct TestRequest: Equatable, Sendable {
    public var method: String
    public var url: String
    /// `Name: value`
    public var headers: [String]
    public var body: String
    public var rows: [UInt32]
    public var signature: UInt32
    public var messageID: String
    public var signingTokens: [String]

    public init(_ request: tessera_request) {
        method = String(borrowed: request.method)
        url = String(borrowed: request.url)
        headers = UnsafeBufferPointer(start: request.headers, count: request.header_count)
            .map { "\(String(borrowed: $0.name)): \(String(borrowed: $0.value))" }
        body = String(borrowed: request.body)
        rows = Array(UnsafeBufferPointer(start: request.rows, count: request.row_count))
        signature = request.signature
        messageID = String(borrowed: request.message_id)
        signingTokens = copies(of: request.signing_tokens, request.signing_token_count)
    }
}
