@testable import Delivery
import TestSupport
import Testing

@Suite struct DailyCapTests {
    @Test func aDayEndsAtMidnight() {
        #expect(DailyCap.day(0) == 0 && DailyCap.day(86_400_000_000) == 1)
        let cap = Held(DailyCap())
        cap.value.reserve(10, day: 0)
        #expect(cap.change { $0.take(8, limit: 10, 5) } == .granted)
        #expect(cap.change { $0.take(3, limit: 10, 5) } == .tooMany)
        #expect(cap.change { $0.take(2, limit: 10, 5) } == .granted)
        #expect(cap.change { $0.take(1, limit: 10, 5) } == .exhausted(until: 86_400_000_000))
        cap.value.giveBack(4, 6)
        #expect(cap.change { $0.take(4, limit: 10, 7) } == .granted)
        #expect(cap.change { $0.take(1, limit: 10, 86_400_000_000) } == .notYet)
        #expect(cap.value.used == 0)
        // A clock that went back does not begin the day anew.
        cap.value.reserve(10, day: 1)
        #expect(cap.change { $0.take(10, limit: 10, 86_400_000_000) } == .granted)
        #expect(cap.change { $0.take(1, limit: 10, 5) } == .exhausted(until: 2 * 86_400_000_000))
        // One that was wrong by years does not end deliveries for years.
        cap.value.turn(20_000 * 86_400_000_000)
        cap.value.turn(86_400_000_000)
        #expect(cap.value.day == 1 && cap.value.used == 0 && cap.value.reserved == 0)
    }

    @Test func nothingGoesBeforeItsReserveIsOnTheDisk() {
        let cap = Held(DailyCap())
        #expect(cap.change { $0.take(1, limit: 100, 0) } == .notYet)
        let wanted = cap.value.wanted(for: 1, limit: 100)
        #expect(wanted == 6)
        cap.value.reserve(6, day: 0)
        for _ in 0..<6 { #expect(cap.change { $0.take(1, limit: 100, 0) } == .granted) }
        #expect(cap.change { $0.take(1, limit: 100, 0) } == .notYet)
        cap.value.reserve(50, day: 3)
        #expect(cap.change { $0.take(1, limit: 100, 0) } == .notYet)
    }

    /// Whatever dies whenever: the rows of one day never pass the cap, and nearly all of it can be used.
    @Test(arguments: 0..<50) func killsNeverGiveMore(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let limit = Int.random(in: 1...5000, using: &random)
        var disk = (day: Int32(0), reserved: 0)
        let cap = Held(DailyCap())
        var handedOver = 0
        var deaths = 0
        for _ in 0..<20_000 {
            let rows = Int.random(in: 1...7, using: &random)
            let answer = cap.value.take(rows, limit: limit, 0)
            if let wanted = cap.value.wanted(for: answer == .granted ? 0 : rows, limit: limit) {
                disk = (cap.value.day, wanted)
                cap.value.reserve(wanted, day: disk.day)
            }
            guard answer == .granted else { continue }
            if Int.random(in: 0..<10, using: &random) == 0 {
                cap.value.giveBack(rows, 0)
            } else {
                handedOver += rows
            }
            if deaths < 3, Int.random(in: 0..<500, using: &random) == 0 {
                deaths += 1
                cap.value = DailyCap(day: disk.day, reserved: disk.reserved)
            }
        }
        #expect(handedOver <= limit)
        #expect(handedOver >= limit * 7 / 10 - 40)
    }
}
