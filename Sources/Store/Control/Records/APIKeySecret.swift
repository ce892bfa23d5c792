import Crypto

/// A new API key: the one moment at which its text exists.
public struct APIKeySecret: Sendable {
    /// What the caller gets: `sk_live_…` or, for an operator, `op_live_…`, with 256 random bits.
    public let text: String
    /// Its first twelve characters.
    public let prefix: String
    /// What the store keeps.
    public let digest: [UInt8]

    /// - Throws: `CryptoError` when the system has no random bytes.
    public init(role: KeyRole) throws {
        text = (role == .operator ? "op_live_" : "sk_live_") + Crypto.hex(try Crypto.random(32))
        prefix = String(text.prefix(12))
        digest = APIKeySecret.digest(of: text)
    }

    /// The digest by which a key that a request shows is looked up.
    public static func digest(of text: String) -> [UInt8] { Crypto.sha256(text.utf8) }
}
