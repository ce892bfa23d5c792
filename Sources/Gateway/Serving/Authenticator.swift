import Crypto
import HTTPServer
import Platform
import Store

/// Tells who calls from the `Authorization` header. Keys are known by their SHA-256 digests; those seen lately are kept, so
/// that most requests read nothing. Any thread.
final class Authenticator: Sendable {
    private struct Digest: Hashable {
        var words: InlineArray<4, UInt64> = [0, 0, 0, 0]

        static func == (a: Digest, b: Digest) -> Bool {
            a.words[0] == b.words[0] && a.words[1] == b.words[1] && a.words[2] == b.words[2] && a.words[3] == b.words[3]
        }
        /// The digest is as good as random already.
        func hash(into hasher: inout Hasher) { hasher.combine(words[0]) }
    }

    private struct State {
        var known: [Digest: Principal] = [:]
        /// Keys revoked lately, by id, and when: a read that began before the revocation must not bring one back.
        var revoked: [String: Int64] = [:]
    }

    /// Keys kept at most. When there are more, all are forgotten and looked up anew.
    static let limit = 10_000
    /// Longer than any read transaction of a reactor lasts.
    private static let revocationMemory: Int64 = 600_000_000

    private let control: ControlStore
    private let clock: any Clock
    private let state = Monitor(State())

    init(control: ControlStore, clock: any Clock) {
        self.control = control
        self.clock = clock
    }

    /// The caller.
    /// - Throws: `APIError` 401; what the store throws.
    func authenticate(_ head: RequestHead) throws -> Principal {
        guard let header = head.headers.bytes(first: "authorization") else {
            throw Self.refusal("Send the API key as 'Authorization: Bearer <key>'")
        }
        guard let key = Self.bearer(header) else {
            throw Self.refusal("The Authorization header must read 'Bearer <key>'")
        }
        var digest = Digest()
        key.withUnsafeBytes { key in
            withUnsafeMutableBytes(of: &digest) { digest in
                if let base = digest.baseAddress?.assumingMemoryBound(to: UInt8.self) { Crypto.sha256(key, into: base) }
            }
        }
        guard let principal = try state.withLock({ $0.known[digest] }) ?? look(up: digest) else {
            throw Self.refusal("There is no such API key, or it was revoked")
        }
        if let expiry = principal.expiresAt, clock.now() >= expiry { throw Self.refusal("The API key has expired") }
        return principal
    }

    /// Forgets a key at once. Call it when its revocation is stored, before that is answered.
    func revoke(_ id: String) {
        let now = clock.now()
        state.withLock { state in
            state.known = state.known.filter { $0.value.id != id }
            state.revoked = state.revoked.filter { now - $0.value < Self.revocationMemory }
            state.revoked[id] = now
        }
    }

    private func look(up digest: Digest) throws -> Principal? {
        let bytes = withUnsafeBytes(of: digest) { Array($0) }
        guard let record = try control.read({ try $0.apiKey(digest: bytes) }), record.status == .active else {
            return nil
        }
        let principal = Principal(record)
        return state.withLock { state in
            if state.revoked[record.id] != nil { return nil }
            if state.known.count >= Self.limit { state.known.removeAll() }
            state.known[digest] = principal
            return principal
        }
    }

    /// What follows `Bearer`, whose case does not matter.
    private static func bearer(_ header: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let scheme = "bearer ".utf8
        guard header.count > scheme.count, header.count <= 512,
            zip(header, scheme).allSatisfy({ $0 | 0x20 == $1 })
        else { return nil }
        let key = header.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }
        return key.isEmpty ? nil : key
    }

    private static func refusal(_ message: String) -> APIError {
        APIError(401, "unauthorized", message, headers: [("WWW-Authenticate", "Bearer")])
    }
}
