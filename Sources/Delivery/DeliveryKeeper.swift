import Platform

/// A memory bound to one destination: what it is given is written in the order in which it came about, though several threads
/// bring it.
final class DeliveryKeeper: Sendable {
    struct Change: Sendable {
        /// The breaker or the pause that the destination asked for has changed.
        var isOfState = false
        /// So much of the daily cap is to be on the disk before it is used.
        var reserve: Int?
        /// When that was asked for.
        var reservedAt: Int64 = 0
        /// Counts the changes of a destination.
        var version = 0
        var kept = KeptDelivery()
    }

    private let memory: any DeliveryMemory
    private let key: Delivery.Key
    private let latest = Monitor(Change())

    init(memory: any DeliveryMemory, key: Delivery.Key) {
        self.memory = memory
        self.key = key
    }

    /// A change that was overtaken by a newer one writes the newer one again, which has it in it.
    func keep(_ change: Change, then: @escaping @Sendable (Bool) -> Void) {
        latest.withLock { latest in
            if change.version > latest.version { latest = change }
            memory.keep(
                latest.kept, workspaceID: key.workspaceID, destinationID: key.destinationID, then: then)
        }
    }

    /// - Parameter body: disables it for deliveries; false when it did not.
    func disable(_ reason: String, _ body: () -> Bool) -> Bool {
        latest.withLock { _ in
            guard body() else { return false }
            memory.disabled(workspaceID: key.workspaceID, destinationID: key.destinationID, reason: reason)
            return true
        }
    }

    /// - Parameter body: enables it for deliveries.
    func enable<Result>(_ body: () -> Result) -> Result {
        latest.withLock { _ in
            memory.enabled(workspaceID: key.workspaceID, destinationID: key.destinationID)
            return body()
        }
    }
}
