import CCrypto

/// AES-256-GCM with associated data: secrets at rest. The sealed form is nonce (12) ‖ ciphertext ‖ tag (16).
public struct SecretBox: Sendable {
    private let key: [UInt8]

    /// `key` has 32 bytes.
    public init(key: [UInt8]) throws(CryptoError) {
        guard key.count == 32 else { throw CryptoError("a secret key has 32 bytes, this one \(key.count)") }
        self.key = key
    }

    /// Seals `plain`, bound to `context`: opening with another context fails.
    public func seal(_ plain: [UInt8], context: [UInt8]) throws(CryptoError) -> [UInt8] {
        let nonce = try Crypto.random(12)
        var cipher = [UInt8](repeating: 0, count: plain.count)
        var tag = [UInt8](repeating: 0, count: 16)
        var length: Int32 = 0
        guard let handle = EVP_CIPHER_CTX_new() else { throw CryptoError("no cipher context") }
        defer { EVP_CIPHER_CTX_free(handle) }
        guard EVP_EncryptInit_ex(handle, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_EncryptUpdate(handle, nil, &length, context, Int32(context.count)) == 1,
            EVP_EncryptUpdate(handle, &cipher, &length, plain, Int32(plain.count)) == 1,
            EVP_EncryptFinal_ex(handle, nil, &length) == 1,
            EVP_CIPHER_CTX_ctrl(handle, EVP_CTRL_GCM_GET_TAG, 16, &tag) == 1
        else { throw CryptoError("a secret could not be encrypted") }
        return nonce + cipher + tag
    }

    /// Opens what `seal` made. Throws when the key or the context is another, or a byte was changed.
    public func open(_ sealed: [UInt8], context: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard sealed.count >= 28 else { throw CryptoError("a sealed secret is cut short") }
        let nonce = Array(sealed[..<12])
        let cipher = Array(sealed[12..<(sealed.count - 16)])
        var tag = Array(sealed[(sealed.count - 16)...])
        var plain = [UInt8](repeating: 0, count: cipher.count)
        var length: Int32 = 0
        guard let handle = EVP_CIPHER_CTX_new() else { throw CryptoError("no cipher context") }
        defer { EVP_CIPHER_CTX_free(handle) }
        guard EVP_DecryptInit_ex(handle, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_DecryptUpdate(handle, nil, &length, context, Int32(context.count)) == 1,
            EVP_DecryptUpdate(handle, &plain, &length, cipher, Int32(cipher.count)) == 1,
            EVP_CIPHER_CTX_ctrl(handle, EVP_CTRL_GCM_SET_TAG, 16, &tag) == 1
        else { throw CryptoError("a secret could not be read") }
        // Final checks the tag; with GCM it writes no bytes, but it wants a buffer.
        var rest = [UInt8](repeating: 0, count: 16)
        guard EVP_DecryptFinal_ex(handle, &rest, &length) == 1 else {
            throw CryptoError("a secret does not match its key: was secret.key replaced?")
        }
        return plain
    }
}
