import CPlatform
import Glibc
import Platform

/// Lets a thread that waits for a descriptor be told to stop.
final class StopSignal: Sendable {
    /// Without one (no descriptors left) the waiting thread stops when its time limit is over.
    private let event = tessera_wake_descriptor()
    private let isGiven = Monitor(false)

    deinit { if event >= 0 { close(event) } }

    func give() {
        isGiven.withLock { $0 = true }
        var one: UInt64 = 1
        _ = write(event, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits for `descriptor` (-1: none) to be readable, at most so long. False when the thread shall stop.
    func wait(orFor descriptor: Int32, microseconds: Int64) -> Bool {
        var waited = [
            pollfd(fd: event, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&waited, 2, Int32(clamping: max(1, microseconds / 1000)))
        return !isGiven.withLock { $0 }
    }
}
