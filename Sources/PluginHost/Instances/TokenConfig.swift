import Crypto
import Journeys

/// A destination's config as its connector sees it: each secret replaced by a fresh random token.
struct TokenConfig: Sendable {
    let config: JSON
    let secrets: [IssuedSecret]
    /// Where the secrets may go.
    let origins: [String]

    /// A config in which tokens stand already: in a plugin's own process there are no secrets to replace.
    init(opened config: JSON) {
        self.config = config
        secrets = []
        origins = []
    }

    /// - Parameter config: with the secrets in place.
    /// - Throws: naming the field when a secret is no text, or the system has no random bytes.
    init(_ config: JSON, marks: SchemaMarks) throws(OpenFailure) {
        // From the real config: a URL may itself be the secret.
        origins = marks.origins(in: config)
        var secrets: [IssuedSecret] = []
        do {
            self.config = try marks.replacingSecrets(in: config) { pointer, value in
                guard let secret = value.stringValue else {
                    throw OpenFailure("a secret must be a string, not \(value.kindName)", at: pointer)
                }
                let token: String
                do { token = Crypto.hex(try Crypto.random(16)) } catch { throw OpenFailure("\(error)", at: pointer) }
                secrets.append(IssuedSecret(pointer: pointer, token: token, value: secret))
                return .string(token)
            }
        } catch let failure as OpenFailure {
            throw failure
        } catch {
            throw OpenFailure("\(error)")
        }
        self.secrets = secrets
    }
}

/// A secret and the token that stands for it in one instance.
public struct IssuedSecret: Sendable, Hashable {
    /// RFC 6901 pointer into the config.
    public var pointer: String
    /// 32 random hex digits, fresh for each instance.
    public var token: String
    public var value: String
}

extension IssuedSecret: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never shows the value: this may end up in a log.
    public var description: String { "secret \(pointer)" }
    public var debugDescription: String { description }
}
