import Platform
import TestSupport
import Testing

@testable import Gateway

/// No owner keeps the others out.
@Suite struct WorkerPoolTests {
    private struct Seen {
        var isOpen = false
        var running: [String: Int] = [:]
        var most = 0
        var done: [String: Int] = [:]
    }

    private let seen = Monitor(Seen())

    /// A job that ends when the gate opens.
    private func job(_ owner: String) -> @Sendable () -> Void {
        { [seen] in
            seen.update {
                $0.running[owner, default: 0] += 1
                $0.most = max($0.most, $0.running[owner] ?? 0)
            }
            seen.wait { $0.isOpen ? () : nil }
            seen.update {
                $0.running[owner, default: 0] -= 1
                $0.done[owner, default: 0] += 1
            }
        }
    }

    private func open() { seen.update { $0.isOpen = true } }

    @Test func whoHasItsShareWaitsWhileOthersGoAhead() throws {
        let pool = WorkerPool(name: "test", threads: 4, limit: 64, perOwner: 3)
        for _ in 0..<10 { #expect(pool.submit(owner: "greedy", job("greedy"))) }
        #expect(pool.submit(owner: "other", job("other")))
        seen.wait { $0.running["other"] == 1 && $0.running["greedy"] == 3 ? () : nil }
        #expect(pool.waiting == 7)
        open()
        pool.stop()
        #expect(seen.withLock { $0.done } == ["greedy": 10, "other": 1])
        #expect(seen.withLock { $0.most } == 3)
    }

    @Test func theQueueIsSharedToo() throws {
        let pool = WorkerPool(name: "test", threads: 1, limit: 8, perOwner: 1)
        #expect(pool.submit(owner: "greedy", job("greedy")))
        seen.wait { $0.running["greedy"] == 1 ? () : nil }
        let taken = (0..<8).map { _ in pool.submit(owner: "greedy", job("greedy")) }
        #expect(taken.count { $0 } == 4)
        #expect(pool.submit(owner: "other", job("other")) && pool.submit(job("nobody")))
        open()
        pool.stop()
        #expect(seen.withLock { $0.done } == ["greedy": 5, "other": 1, "nobody": 1])
        #expect(!pool.submit(job("late")))
    }
}
