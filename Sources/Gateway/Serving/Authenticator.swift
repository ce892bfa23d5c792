import Crypto
import HTTPServer
import Journeys
import Platform
import Store

/// Tells who calls from the `Authorization` header. Keys are known by their SHA-256 digests; those seen lately are kept until
/// any key is revoked or rotated, so that most requests read no key. Any thread.
final class Authenticator: Sendable {
    private struct Digest: Hashable {
        var words: InlineArray<4, UInt64> = [0, 0, 0, 0]

        /// Takes the same time wherever they differ.
        static func == (a: Digest, b: Digest) -> Bool {
            (a.words[0] ^ b.words[0]) | (a.words[1] ^ b.words[1]) | (a.words[2] ^ b.words[2])
                | (a.words[3] ^ b.words[3])
                == 0
        }
        /// The digest is as good as random already.
        func hash(into hasher: inout Hasher) { hasher.combine(words[0]) }
    }

    private struct State {
        var known: [Digest: Principal] = [:]
        /// What the store had counted when they were read. A read of before then must not bring one back.
        var changes: Int64 = 0
    }

    /// Keys kept at most. When there are more, all are forgotten and looked up anew.
    static let limit = 10_000

    private let control: ControlStore
    private let state = Monitor(State())

    init(control: ControlStore) { self.control = control }

    /// The caller.
    /// - Parameter now: of the gateway's clock.
    /// - Throws: `APIError` 401; what the store throws.
    func authenticate(_ head: RequestHead, now: Int64) throws -> Principal {
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
        let changes = try control.keyChanges()
        let known = state.withLock { state -> Principal? in
            if changes > state.changes {
                state.known = [:]
                state.changes = changes
            }
            return changes == state.changes ? state.known[digest] : nil
        }
        guard let principal = try known ?? look(up: digest, changes) else {
            throw Self.refusal("There is no such API key, or it was revoked")
        }
        if let expiry = principal.expiresAt, now >= expiry {
            throw Self.refusal(
                "The API key expired at \(Timestamp.api(expiry)): ask an admin of the workspace for a new one",
                code: "key_expired")
        }
        if principal.mustNoteUse(at: now) {
            let id = principal.id
            // What is lost with a full disk is noted at a later use.
            control.write({ try $0.noteUse(ofKey: id, at: now) }, then: { _ in })
        }
        return principal
    }

    private func look(up digest: Digest, _ changes: Int64) throws -> Principal? {
        let bytes = withUnsafeBytes(of: digest) { Array($0) }
        let found = try control.read { reader -> Principal? in
            if let key = try reader.apiKey(digest: bytes) { return key.status == .active ? Principal(key) : nil }
            guard let (key, goodUntil) = try reader.apiKey(oldDigest: bytes), key.status == .active else { return nil }
            return Principal(key, expiresAt: goodUntil)
        }
        guard let found else { return nil }
        return state.withLock { state in
            // Another thread knows of a key that has changed since.
            guard state.changes == changes else { return found }
            if let known = state.known[digest] { return known }
            if state.known.count >= Self.limit { state.known = [:] }
            state.known[digest] = found
            return found
        }
    }

    /// What follows `Bearer`, whose case does not matter.
    private static func bearer(_ header: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let scheme: StaticString = "bearer "
        let length = scheme.utf8CodeUnitCount
        guard header.count > length, header.count <= 512 else { return nil }
        for index in 0..<length where header[header.startIndex + index] | 0x20 != scheme.utf8Start[index] { return nil }
        let key = header.dropFirst(length).drop { $0 == UInt8(ascii: " ") }
        return key.isEmpty ? nil : key
    }

    private static func refusal(_ message: String, code: String = "unauthorized") -> APIError {
        APIError(401, code, message, headers: [("WWW-Authenticate", "Bearer")])
    }
}
