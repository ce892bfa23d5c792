import Crypto
import HTTPServer
import Store
import Synchronization

/// The `Idempotency-Key` of a POST: the same key and body get the first answer again for 24 h. Answers that are errors
/// changed nothing and are not kept.
///
/// A key belongs to its path with its query: a rehearsal does not answer for the deed. With another body it is refused (422): the caller took one key for two wishes.
final class Idempotency: Sendable {
    let scope: String
    let key: String
    let digest: [UInt8]
    private let kept = Atomic<Bool>(false)

    /// - Throws: 400 when the key is no printable ASCII of 1 to 255 characters.
    init(key: String, path: String, body: [UInt8]) throws {
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw APIError(
                400, "invalid_request", "Idempotency-Key must be 1 to 255 printable ASCII characters without spaces")
        }
        self.key = key
        // The path holds the workspace's id.
        scope = "POST " + path
        digest = Crypto.sha256(body)
    }

    /// Whether the answer was stored together with what it answers.
    var isKept: Bool { kept.load(ordering: .acquiring) }

    /// The first answer, if there was one.
    func replay(_ reader: ControlReader, now: Int64) throws -> Reply? {
        guard let answer = try reader.idempotentAnswer(scope: scope, key: key, now: now) else { return nil }
        guard Crypto.equal(answer.requestDigest, digest) else {
            throw APIError(
                422, "idempotency_key_reused",
                "This Idempotency-Key was used with another body: take a new key for a new request")
        }
        var reply = Reply(status: answer.status, body: answer.body)
        reply.contentType = answer.headers["Content-Type"] ?? reply.contentType
        reply.etag = answer.headers["ETag"]
        reply.location = answer.headers["Location"]
        reply.headers = [("Idempotent-Replayed", "true")]
        return reply
    }

    /// Gives the first answer again, or runs `write` and keeps its answer in the same transaction.
    func run(_ write: PreparedWrite, _ writer: ControlWriter, now: Int64) throws -> Reply {
        if let reply = try replay(writer, now: now) {
            kept.store(true, ordering: .releasing)
            return reply
        }
        let reply = try write(writer)
        try keep(reply, writer, now: now)
        return reply
    }

    /// Keeps a successful answer.
    func keep(_ reply: Reply, _ writer: ControlWriter, now: Int64) throws {
        guard reply.status < 300 else { return }
        var headers = ["Content-Type": reply.contentType]
        headers["ETag"] = reply.etag
        headers["Location"] = reply.location
        try writer.insertIdempotentAnswer(
            IdempotentAnswer(
                scope: scope, key: key, requestDigest: digest, status: reply.status, headers: headers, body: reply.body),
            now: now)
        kept.store(true, ordering: .releasing)
    }
}
