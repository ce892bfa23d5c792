import HTTPServer

/// `If-Match` and `If-None-Match` (RFC 9110). ETags are compared as they stand; a weak one never matches `If-Match`.
extension RequestHead {
    /// Whether a resource of this ETag may be changed; true without an `If-Match`.
    func allowsChange(of etag: String) -> Bool {
        let values = headers.all("if-match")
        return values.isEmpty || Self.names(etag, in: values)
    }

    /// - Throws: 412.
    func requireMatch(_ etag: String) throws {
        guard allowsChange(of: etag) else { throw APIError.changed }
    }

    /// Whether the caller has this version already.
    func isKnown(_ etag: String) -> Bool {
        guard headers.contains("if-none-match") else { return false }
        return Self.names(etag, in: headers.all("if-none-match"))
    }

    private static func names(_ etag: String, in values: [String]) -> Bool {
        values.contains { value in
            value.split(separator: ",").contains { part in
                let part = part.trimmed
                return part == "*" || part.utf8.elementsEqual(etag.utf8)
            }
        }
    }
}
