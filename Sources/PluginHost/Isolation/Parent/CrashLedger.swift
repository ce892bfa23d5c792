/// When a plugin's process has died, and what follows from it. Times are the gateway's clock's, in microseconds.
///
/// Three deaths in five minutes are too many, unless one member is to blame: the two that a hunt for it began with are
/// taken back once it is found.
struct CrashLedger: Sendable {
    static let window: Int64 = 300_000_000
    static let limit = 3
    /// Members in five minutes on which it may die alone.
    static let poisonLimit = 16

    private var deaths: [Int64] = []
    private var poisoned: [Int64] = []

    /// Deaths in the last five minutes that nothing explains.
    var recent: Int { deaths.count }

    /// Notes a death; true when it is one too many.
    mutating func died(at now: Int64) -> Bool {
        // Later than now: the clock was set back.
        deaths.removeAll { $0 <= now - Self.window || $0 > now }
        deaths.append(now)
        return deaths.count >= Self.limit
    }

    /// A hunt has found the members to blame: its first deaths were theirs. True when there are too many such members.
    mutating func explained(deaths count: Int, members: Int, at now: Int64) -> Bool {
        deaths.removeLast(min(count, deaths.count))
        poisoned.removeAll { $0 <= now - Self.window || $0 > now }
        poisoned += Array(repeating: now, count: members)
        return poisoned.count > Self.poisonLimit
    }

    /// Real time to wait before the next start, in microseconds: deaths in a row must not keep a core busy.
    var pause: Int64 { recent == 0 ? 0 : 50_000 << Int64(min(2 * (recent - 1), 8)) }
}
