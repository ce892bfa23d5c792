import HTTPServer
import Platform
import Synchronization

/// Holds callers to their rates, by key and by address. Each has its bucket with it, so that a request neither looks one up
/// nor waits for a lock. Any thread.
final class RateLimits: Sendable {
    static let code = "too_many_requests"

    private let key: Rate
    private let address: Rate
    private let strangers: Rate
    private let clock: any Clock
    /// Requests refused.
    let refusedByKey = Atomic<Int>(0)
    let refusedByAddress = Atomic<Int>(0)

    init(_ limits: GatewayLimits, clock: any Clock) {
        key = Rate(perSecond: limits.requestsPerKey, burst: 2 * limits.requestsPerKey)
        address = Rate(perSecond: limits.requestsPerAddress, burst: 2 * limits.requestsPerAddress)
        // A person who mistyped a key must not have to wait.
        strangers = Rate(perSecond: limits.strangersPerAddress, burst: 10 * limits.strangersPerAddress)
        self.clock = clock
    }

    /// Counts a request of an address.
    /// - Throws: 429.
    func admit(_ peer: Peer, now: Int64) throws {
        guard let wait = peer.requests.take(address, now: now) else { return }
        refusedByAddress.wrappingAdd(1, ordering: .relaxed)
        throw Self.refusal("This address may make \(address.perSecond) requests a second", address, wait)
    }

    /// Counts a request of a key.
    /// - Throws: 429.
    func admit(_ principal: Principal?, now: Int64) throws {
        guard let wait = principal?.requests.take(key, now: now) else { return }
        refusedByKey.wrappingAdd(1, ordering: .relaxed)
        throw Self.refusal("This API key may make \(key.perSecond) requests a second", key, wait)
    }

    /// What a refused request is answered: a 401 becomes a 429 when the address has tried too often. A valid key is always looked
    /// up, so that who shares an address with an attacker gets in.
    func answer(to error: any Error, _ peer: Peer) -> any Error {
        guard let refused = error as? APIError, refused.status == 401,
            let wait = peer.strangers.take(strangers, now: clock.now())
        else { return error }
        refusedByAddress.wrappingAdd(1, ordering: .relaxed)
        return Self.refusal(
            "This address may make \(strangers.perSecond) requests a second without a valid key", strangers, wait)
    }

    private static func refusal(_ what: String, _ rate: Rate, _ wait: Int64) -> APIError {
        let seconds = max(1, (wait + 999_999) / 1_000_000)
        return APIError(
            429, code, "\(what): try again in \(seconds) second\(seconds == 1 ? "" : "s")",
            headers: [
                ("Retry-After", "\(seconds)"), ("RateLimit-Limit", "\(rate.perSecond)"), ("RateLimit-Remaining", "0"),
                ("RateLimit-Reset", "\(seconds)"),
            ])
    }
}
