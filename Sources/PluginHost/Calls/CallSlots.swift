import Platform
import Synchronization

/// The call memory of one instance: slots are used again in the order in which they came back, and only once `reserve`
/// others wait, so that a plugin that keeps a pointer beyond `done` finds an ended call there for a long time.
final class CallSlots: Sendable {
    private static let reserve = 64
    private static let serials = Atomic<UInt64>(1)

    private struct State {
        var all: [CallSlot] = []
        var free: [CallSlot] = []
        var first = 0
    }
    private let state = Monitor(State())
    private let isAsync: Bool
    private let generation: PluginGeneration

    init(isAsync: Bool, generation: PluginGeneration) {
        self.isAsync = isAsync
        self.generation = generation
    }

    /// A number that no other call of this process has.
    static func nextSerial() -> UInt64 { serials.wrappingAdd(1, ordering: .relaxed).oldValue }

    func take() -> CallSlot {
        state.withLock { state in
            if state.free.count - state.first >= Self.reserve {
                let slot = state.free[state.first]
                state.first += 1
                if state.first == Self.reserve {
                    state.free.removeFirst(state.first)
                    state.first = 0
                }
                return slot
            }
            let slot = CallSlot(isAsync: isAsync, generation: generation)
            state.all.append(slot)
            return slot
        }
    }

    func giveBack(_ slot: CallSlot) { state.withLock { $0.free.append(slot) } }
}
