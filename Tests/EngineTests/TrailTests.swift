import Store
import TestSupport
import Testing

@testable import Engine

/// Ways that rows share, against a list of steps for each row.
@Suite struct TrailTests {
    @Test(arguments: 0..<20) func everyRowHasItsOwnSteps(seed: UInt64) {
        var numbers = SeededRandom(seed: seed)
        let trail = Trail()
        let count = 300
        var ways = [Int32](repeating: Trail.none, count: count)
        var steps = [[EncodedStep]](repeating: [], count: count)
        let entered = (0..<count).map { _ in Int64.random(in: 0...3, using: &numbers) * 1_000_000 }
        for move in 1...12 as ClosedRange<Int64> {
            for row in 0..<count where Bool.random(using: &numbers) {
                // As after a commit: the row begins a way of its own.
                if Int.random(in: 0..<8, using: &numbers) == 0 { (ways[row], steps[row]) = (Trail.none, []) }
                let step = EncodedStep(
                    kind: Int32.random(in: 1...200, using: &numbers),
                    attempts: Int32.random(in: 0...2, using: &numbers), leftAt: move * 40_000)
                ways[row] = trail.way(ways[row], and: step, enteredAt: entered[row])
                steps[row].append(step)
            }
        }
        for row in 0..<count {
            #expect(EncodedStep.decode(trail.bytes(ways[row]), enteredAt: entered[row]) == steps[row], "seed \(seed)")
        }
    }

    @Test func whoGoesTheSameWaySharesIt() {
        let trail = Trail()
        let step = EncodedStep(kind: 1, attempts: 1, leftAt: 7)
        let first = trail.way(Trail.none, and: step, enteredAt: 5)
        #expect(trail.way(Trail.none, and: step, enteredAt: 5) == first && first != Trail.none)
        let second = trail.way(first, and: step, enteredAt: 5)
        #expect(trail.way(first, and: step, enteredAt: 5) == second && second != first)
        #expect(trail.bytes(second).count == 4 && trail.bytes(Trail.none).isEmpty)
    }
}
