import Delivery
import Platform

/// Knows every destination, with limits that a test sets, and forgets with the process.
public final class MemoryOfAll: DeliveryMemory {
    public struct State: Sendable {
        public var settings = DeliverySettings()
        /// Ids that there are not.
        public var unknown: Set<String> = []
        /// All that was kept, in order.
        public var kept: [KeptDelivery] = []
        public var disabled: [String] = []
        /// Whether the last word was that a destination is gone.
        public var isDisabled = false
        /// Called once, before a destination that is gone is remembered as that, or after one that is enabled is.
        public var meanwhile: (@Sendable () -> Void)?
        /// Whether the disk takes its time: what was kept is told of by `write`.
        public var isSlow = false
        fileprivate var waiting: [@Sendable (Bool) -> Void] = []
    }
    public let state: Monitor<State>

    public init(_ limits: DeliveryLimits = DeliveryLimits()) {
        var state = State()
        state.settings.limits = limits
        self.state = Monitor(state)
    }

    public func settings(workspaceID: String, destinationID: String) throws -> DeliverySettings? {
        state.withLock { $0.unknown.contains(destinationID) ? nil : $0.settings }
    }

    public func keep(
        _ kept: KeptDelivery, workspaceID: String, destinationID: String, then: @escaping @Sendable (Bool) -> Void
    ) {
        let isSlow = state.withLock { state in
            state.kept.append(kept)
            if state.isSlow { state.waiting.append(then) }
            return state.isSlow
        }
        if !isSlow { then(true) }
    }

    public func disabled(workspaceID: String, destinationID: String, reason: String) {
        runMeanwhile()
        state.update {
            $0.disabled.append("\(destinationID): \(reason)")
            $0.isDisabled = true
        }
    }

    public func enabled(workspaceID: String, destinationID: String) {
        state.update { $0.isDisabled = false }
        runMeanwhile()
    }

    private func runMeanwhile() {
        let meanwhile = state.withLock { state in
            defer { state.meanwhile = nil }
            return state.meanwhile
        }
        meanwhile?()
    }

    /// What was given to a slow disk is on it, or could not be written.
    public func write(_ isWritten: Bool = true) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for then in waiting { then(isWritten) }
    }
}
