/// Work that is done again and again, on a thread of its own.
public final class Repeater: Sendable {
    private let name: String
    private let interval: Int64
    private let clock: any Clock
    private let stopping = Monitor(false)
    private let thread = Monitor<NativeThread?>(nil)

    /// - Parameter interval: microseconds from one beginning to the next, by `clock`.
    public init(name: String, every interval: Int64, clock: any Clock) {
        self.name = name
        self.interval = interval
        self.clock = clock
    }

    /// Does it for the first time at once.
    public func start(_ body: @escaping @Sendable () -> Void) {
        let started = NativeThread(name: name) { [self] in
            var next: Int64
            repeat {
                // From the beginning: however long it takes, it comes as often.
                next = clock.now() + interval
                body()
            } while clock.wait(on: stopping, deadline: next, until: { $0 ? true : nil }) == nil
        }
        thread.withLock { $0 = started }
    }

    /// For work in steps: whether it is to end with the present one. Any thread.
    public var isStopping: Bool { stopping.withLock { $0 } }

    /// Waits for the end of what is under way. A second call does nothing.
    public func stop() {
        stopping.update { $0 = true }
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }
}
