import Crypto

/// Signs requests as https://www.standardwebhooks.com asks: HMAC-SHA256, scheme `v1`.
public struct WebhookSigner: Sendable {
    private let keys: [[UInt8]]

    /// - Parameter secrets: each `whsec_` and base64, UTF-8; the prefix may be missing. Two while one is being rotated.
    /// - Throws: `WebhookSecretError` for one that does not have this form.
    public init(secrets: [[UInt8]]) throws(WebhookSecretError) {
        var keys: [[UInt8]] = []
        for secret in secrets {
            let prefix = Array("whsec_".utf8)
            let text = secret.starts(with: prefix) ? Array(secret.dropFirst(prefix.count)) : secret
            guard let key = Base64.decode(text), !key.isEmpty else { throw WebhookSecretError() }
            keys.append(key)
        }
        self.keys = keys
    }

    /// The value of `webhook-signature`: a signature for each secret, separated by spaces.
    /// - Parameters:
    ///   - id: the value of `webhook-id`.
    ///   - timestamp: the value of `webhook-timestamp`: seconds since 1970 UTC.
    public func signature(
        id: UnsafeRawBufferPointer, timestamp: Int64, body: UnsafeRawBufferPointer
    ) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(id.count + body.count + 24)
        message.append(contentsOf: id)
        message.append(UInt8(ascii: "."))
        message.append(contentsOf: String(timestamp).utf8)
        message.append(UInt8(ascii: "."))
        message.append(contentsOf: body)
        var value: [UInt8] = []
        for key in keys {
            if !value.isEmpty { value.append(UInt8(ascii: " ")) }
            value.append(contentsOf: "v1,".utf8)
            value.append(contentsOf: Base64.encode(Crypto.hmacSHA256(key: key, message)))
        }
        return value
    }
}

/// A signing secret that is not `whsec_` and base64.
public struct WebhookSecretError: Error, Sendable {}
