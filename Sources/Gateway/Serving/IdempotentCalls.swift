import Platform

/// Idempotency keys whose first request is still at work: a repetition that comes meanwhile waits outside (409), so that
/// nothing is done twice. Any thread.
final class IdempotentCalls: Sendable {
    private let running = Monitor<Set<String>>([])

    /// - Throws: 409 when a request with this key is at work.
    func begin(_ idempotency: Idempotency) throws {
        let isFirst = running.withLock { $0.insert(Self.name(idempotency)).inserted }
        guard isFirst else {
            throw APIError(
                409, "idempotency_key_in_use", "A request with this Idempotency-Key is still at work: repeat it later",
                headers: [("Retry-After", "1")])
        }
    }

    func end(_ idempotency: Idempotency) {
        running.withLock { _ = $0.remove(Self.name(idempotency)) }
    }

    private static func name(_ idempotency: Idempotency) -> String { idempotency.scope + " " + idempotency.key }
}
