import TestSupport
import Testing

@testable import HTTPServer

@Suite struct DeadlineHeapTests {
    @Test func comesInOrder() {
        var heap = DeadlineHeap()
        var random = SeededRandom(seed: 7)
        let times = (0..<1000).map { _ in Int64(random.number(0...499)) }
        for time in times { heap.push(DeadlineHeap.Entry(due: time, descriptor: 0, serial: 0)) }
        heap.compact { $0.due % 2 == 0 }
        var popped: [Int64] = []
        while let entry = heap.pop(400) { popped.append(entry.due) }
        #expect(popped == times.filter { $0 % 2 == 0 && $0 <= 400 }.sorted())
        #expect(heap.count == times.count { $0 % 2 == 0 && $0 > 400 })
    }
}
