import CTessera

/// Why a row failed, copied from what a plugin lent.
public struct OutcomeError: Sendable, Hashable {
    /// What a plugin that gave no error, or one that lies about its size, is taken to mean.
    public static let unspecified = OutcomeError(
        httpStatus: 0, code: "MISC_ERROR", message: "the plugin gave no reason", request: "", response: "")

    /// 0 when there was no answer.
    public var httpStatus: Int32
    /// `RATE_LIMIT`, `SERVER_ERROR` … or a vendor's.
    public var code: String
    /// For people.
    public var message: String
    /// What was sent, redacted by the plugin; may be empty.
    public var request: String
    /// What came back, at most 64 KB; may be empty.
    public var response: String

    public init(httpStatus: Int32, code: String, message: String, request: String = "", response: String = "") {
        self.httpStatus = httpStatus
        self.code = code
        self.message = message
        self.request = request
        self.response = response
    }

    /// The same without request and response, which are long and the same for many rows.
    public init(withoutExchange error: UnsafePointer<tessera_error>) {
        let value = error.pointee
        self.init(
            httpStatus: value.http_status, code: String(borrowed: value.code, limit: 128),
            message: String(borrowed: value.message, limit: 4096))
        if code.isEmpty { code = "MISC_ERROR" }
    }

    /// Copies at once; texts are cut to what is kept, broken UTF-8 is repaired. Null gives `unspecified`.
    public init(_ error: UnsafePointer<tessera_error>?) {
        guard let error, error.pointee.size >= UInt32(MemoryLayout<tessera_error>.size) else {
            self = .unspecified
            return
        }
        let value = error.pointee
        httpStatus = value.http_status
        code = String(borrowed: value.code, limit: 128)
        message = String(borrowed: value.message, limit: 4096)
        request = String(borrowed: value.request, limit: 65_536)
        response = String(borrowed: value.response, limit: 65_536)
        if code.isEmpty { code = "MISC_ERROR" }
    }
}
