/// How many requests may be under way to a destination: few at first, twice as many whenever a whole window of them has been
/// answered, few again as soon as it fails. So one that is dead or has just come back holds a few places, not all. The idea
/// is TCP's slow start, RFC 5681 section 3.1.
struct SendWindow: Sendable, Hashable {
    static let smallest = 8

    private(set) var size: Int
    private var answered = 0

    init(limit: Int) { size = min(Self.smallest, limit) }

    mutating func answer(limit: Int) {
        answered += 1
        guard answered >= size else { return }
        answered = 0
        size = min(size * 2, max(1, limit))
    }

    mutating func failure(limit: Int) {
        answered = 0
        // One that throttled may be below the smallest already: a failure is no reason to send it more.
        size = min(size, max(size / 2, Self.smallest), max(1, limit))
    }

    /// It takes no more for now: of those that are sent next some would be refused again, and each costs its rows an attempt.
    mutating func throttled() {
        answered = 0
        size = max(size / 2, 1)
    }

    /// The owner has changed the limit.
    mutating func fit(_ limit: Int) { size = min(size, max(1, limit)) }
}
