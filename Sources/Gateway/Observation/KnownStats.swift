import Platform
import Store

/// What members' counters said when they were looked at last. A look at `/metrics` comes every few seconds: it must not keep the
/// stores of all workspaces open, where nothing changes for hours.
final class KnownStats: Sendable {
    private struct Known {
        /// As `MemberStores.changes` was before.
        var changes: Int
        /// Nil: nobody has ever entered.
        var stats: JourneyStats?
    }

    private let known = Monitor<[String: Known]>([:])

    /// The counters of one journey; nil when nobody has ever entered.
    /// - Throws: when they can't be read.
    func stats(of journeyID: String, workspaceID: String, _ members: MemberStores) throws -> JourneyStats? {
        let changes = members.changes(workspaceID)
        if let known = known.withLock({ $0[journeyID] }), known.changes == changes { return known.stats }
        let store = try members.store(workspaceID)
        let stats = try store.knownJourneyNumber(journeyID).map(store.stats)
        known.withLock { $0[journeyID] = Known(changes: changes, stats: stats) }
        return stats
    }

    /// Forgets all journeys but these.
    func keep(_ journeyIDs: Set<String>) {
        known.withLock { $0 = $0.filter { journeyIDs.contains($0.key) } }
    }
}
