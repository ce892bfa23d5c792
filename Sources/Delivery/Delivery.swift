import CTessera
import Platform
import PluginHost

/// Limits, breakers and figures of destinations, served to plugins as `tessera.delivery/1`. They live here and outlive a swap
/// of the plugins that deliver, and what must, in the memory, a restart. Any thread.
public final class Delivery: @unchecked Sendable {
    /// Destinations are kept apart by workspace too: a plugin can only touch those of the call that it works on.
    struct Key: Hashable, Sendable {
        let workspaceID: String
        let destinationID: String
    }

    private struct State {
        var destinations: [Key: DestinationState] = [:]
        /// Counts what people changed: settings that were read before may be old.
        var changes = 0
    }

    /// When to ask again while a destination is disabled, in microseconds.
    static let disabledPause: Int64 = 300_000_000
    /// When to ask again at the latest once a day's rows are used up, in microseconds.
    static let cappedPause: Int64 = 900_000_000
    /// The longest pause that a destination may ask for with Retry-After, in microseconds.
    static let longestHold: Int64 = 3_600_000_000
    /// When to ask again for a destination that does not exist, in microseconds.
    private static let unknownPause: Int64 = 60_000_000

    let clock: any Clock
    private let log: Log
    private let memory: any DeliveryMemory
    private let state = Monitor(State())
    // Written in `init` only.
    private var table: LentTable<tessera_delivery_service, Delivery>?

    public init(memory: any DeliveryMemory, clock: any Clock, log: Log) {
        self.memory = memory
        self.clock = clock
        self.log = log
        table = LentTable(Self.service, owner: self)
    }

    /// Makes `tessera.delivery/1` known to plugins. Before they are loaded.
    public func offer(to services: HostServices) {
        if let table { services.offer(TESSERA_SERVICE_DELIVERY, UnsafeRawPointer(table.pointer), owner: self) }
    }

    /// What a destination did and how it stands; nil when there is none.
    public func figures(workspaceID: String, destinationID: String) -> DeliveryFigures? {
        destination(Key(workspaceID: workspaceID, destinationID: destinationID))?.figures(clock.now())
    }

    /// The destinations that were used since the gateway started, or looked at.
    public func all() -> [(workspaceID: String, destinationID: String, figures: DeliveryFigures)] {
        let now = clock.now()
        return state.withLock { $0.destinations }
            .map { ($0.key.workspaceID, $0.key.destinationID, $0.value.figures(now)) }
            .sorted { $0.destinationID < $1.destinationID }
    }

    /// A person acted, which is stored: sends to a destination again, whatever had stopped it. When it says at that moment
    /// that it is gone, the later of the two holds, in the memory too.
    public func enable(workspaceID: String, destinationID: String) {
        changed(Key(workspaceID: workspaceID, destinationID: destinationID))?.enable()
    }

    /// Limits were changed, and are stored: they hold from now on, for what is under way too.
    public func set(_ limits: DeliveryLimits, workspaceID: String, destinationID: String) {
        changed(Key(workspaceID: workspaceID, destinationID: destinationID))?.set(limits, now: clock.now())
    }

    /// Forgets a destination that was deleted.
    public func remove(workspaceID: String, destinationID: String) {
        state.withLock { state in
            state.changes += 1
            state.destinations[Key(workspaceID: workspaceID, destinationID: destinationID)] = nil
        }
    }

    /// The gateway stops, and nothing is delivered any more: what is kept of daily caps is made exact.
    public func stop() {
        for destination in state.withLock({ Array($0.destinations.values) }) { destination.release() }
    }

    private func changed(_ key: Key) -> DestinationState? {
        state.withLock { state in
            state.changes += 1
            return state.destinations[key]
        }
    }

    /// The destination's state; nil when there is no such destination, or it can't be read.
    func destination(_ key: Key) -> DestinationState? {
        while true {
            let (known, changes) = state.withLock { ($0.destinations[key], $0.changes) }
            if let known { return known }
            let settings: DeliverySettings
            do {
                guard
                    let found = try memory.settings(workspaceID: key.workspaceID, destinationID: key.destinationID)
                else { return nil }
                settings = found
            } catch {
                log.error(
                    event: "destination_limits_unreadable", "a destination's limits can't be read",
                    ["destination": key.destinationID, "error": "\(error)"])
                return nil
            }
            let made = DestinationState(
                settings, seed: UInt64(truncatingIfNeeded: key.hashValue),
                keeper: DeliveryKeeper(memory: memory, key: key), now: clock.now())
            let used = state.withLock { state -> DestinationState? in
                if let other = state.destinations[key] { return other }
                if state.changes != changes { return nil }
                state.destinations[key] = made
                return made
            }
            if let used { return used }
        }
    }

    /// When to ask again for a destination that there is not.
    func unknownUntil() -> Int64 { clock.now() + Self.unknownPause }

    func disable(_ key: Key, reason: String, call: UInt) {
        guard destination(key)?.disable(reason, call: call) == true else { return }
        log.warning(
            event: "destination_disabled", "a destination is disabled",
            ["workspace": key.workspaceID, "destination": key.destinationID, "reason": reason])
    }
}
