import CTessera
import Platform
import PluginHost

/// Limits and figures of destinations, served to plugins as `tessera.delivery/1`. They live here and outlive a swap of the
/// plugins that deliver. Any thread.
public final class Delivery: @unchecked Sendable {
    /// What applies to each destination.
    public struct Limits: Sendable, Hashable {
        /// Requests granted and not settled, at most.
        public var maxInFlight: Int
        /// When to ask again while a destination is disabled, in microseconds.
        public var disabledRetryUs: Int64

        public init(maxInFlight: Int = 64, disabledRetryUs: Int64 = 300_000_000) {
            self.maxInFlight = maxInFlight
            self.disabledRetryUs = disabledRetryUs
        }
    }

    /// Destinations are kept apart by workspace too: a plugin can only touch those of the call that it works on.
    struct Key: Hashable, Sendable {
        let workspaceID: String
        let destinationID: String
    }

    let clock: any Clock
    let limits: Limits
    private let log: Log
    private let onDisable: @Sendable (_ workspaceID: String, _ destinationID: String, _ reason: String) -> Void
    private let destinations = Monitor<[Key: DestinationState]>([:])
    // Written in `init` only.
    private var table: LentTable<tessera_delivery_service, Delivery>?

    /// - Parameter onDisable: told once when a destination is disabled by what it answered, on the delivering thread: to
    ///   store it. Must not block for long.
    public init(
        limits: Limits = Limits(), clock: any Clock, log: Log,
        onDisable: @escaping @Sendable (_ workspaceID: String, _ destinationID: String, _ reason: String) -> Void = {
            _, _, _ in
        }
    ) {
        self.limits = limits
        self.clock = clock
        self.log = log
        self.onDisable = onDisable
        table = LentTable(Self.service, owner: self)
    }

    /// Makes `tessera.delivery/1` known to plugins. Before they are loaded.
    public func offer(to services: HostServices) {
        if let table { services.offer(TESSERA_SERVICE_DELIVERY, UnsafeRawPointer(table.pointer), owner: self) }
    }

    /// What a destination did; zeros when it did nothing yet.
    public func figures(workspaceID: String, destinationID: String) -> DeliveryFigures {
        let key = Key(workspaceID: workspaceID, destinationID: destinationID)
        return destinations.withLock { $0[key] }?.figures ?? DeliveryFigures()
    }

    /// Sends nothing more to a destination until `enable`. At start-up: for those that were disabled before.
    public func disable(workspaceID: String, destinationID: String, reason: String) {
        _ = state(Key(workspaceID: workspaceID, destinationID: destinationID)).disable(reason)
    }

    /// A person acted: sends to a destination again.
    public func enable(workspaceID: String, destinationID: String) {
        state(Key(workspaceID: workspaceID, destinationID: destinationID)).enable()
    }

    /// Forgets a destination that was deleted.
    public func remove(workspaceID: String, destinationID: String) {
        let key = Key(workspaceID: workspaceID, destinationID: destinationID)
        destinations.withLock { _ = $0.removeValue(forKey: key) }
    }

    func state(_ key: Key) -> DestinationState {
        destinations.withLock { destinations in
            if let state = destinations[key] { return state }
            let state = DestinationState(limits: limits)
            destinations[key] = state
            return state
        }
    }

    func disable(_ key: Key, reason: String) {
        guard state(key).disable(reason) else { return }
        log.warning(
            "a destination is disabled",
            ["workspace": key.workspaceID, "destination": key.destinationID, "reason": reason])
        onDisable(key.workspaceID, key.destinationID, reason)
    }
}
