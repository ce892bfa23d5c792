import Platform
import Testing

@testable import Engine

@Suite struct RunQueueFairnessTests {
    /// Runs of one workspace that wait for something leave threads for another one.
    @Test func aWorkspaceNeverHasAllThreads() {
        let queue = RunQueue()
        let state = Monitor((isOpen: false, begun: [String]()))
        queue.start(threads: 8) { entry, _ in
            state.update { $0.begun.append(entry.runID) }
            if entry.workspaceID == "a" { state.wait { $0.isOpen ? () : nil } }
        } ended: { _ in
        }
        for number in 0..<20 {
            _ = queue.enqueue(RunQueue.Entry(workspaceID: "a", journeyID: "a\(number)", runID: "a\(number)"))
        }
        state.wait { $0.begun.count == 6 ? () : nil }
        for number in 0..<5 {
            _ = queue.enqueue(RunQueue.Entry(workspaceID: "b", journeyID: "b\(number)", runID: "b\(number)"))
        }
        state.wait { $0.begun.count == 11 ? () : nil }
        #expect(Set(state.withLock { $0.begun }.filter { $0.hasPrefix("a") }) == Set((0..<6).map { "a\($0)" }))
        state.update { $0.isOpen = true }
        state.wait { $0.begun.count == 25 ? () : nil }
        queue.stop()
    }
}
