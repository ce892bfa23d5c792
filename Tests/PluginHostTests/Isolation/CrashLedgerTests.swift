import Testing

@testable import PluginHost

/// When deaths are too many.
struct CrashLedgerTests {
    private let second: Int64 = 1_000_000

    private func expect(_ expected: Bool, _ isTooMuch: Bool, _ location: SourceLocation = #_sourceLocation) {
        #expect(isTooMuch == expected, sourceLocation: location)
    }

    @Test func theThirdDeathInFiveMinutesIsOneTooMany() {
        var ledger = CrashLedger()
        expect(false, ledger.died(at: 0))
        expect(false, ledger.died(at: 100 * second))
        expect(true, ledger.died(at: 299 * second))
    }

    @Test func deathsFarApartAreForgiven() {
        var ledger = CrashLedger()
        for time in stride(from: Int64(0), to: 3000 * second, by: Int(151 * second)) {
            expect(false, ledger.died(at: Int64(time)))
        }
    }

    @Test func deathsThatAMemberExplainsDoNotCount() {
        var ledger = CrashLedger()
        for time in 0..<10 {
            expect(false, ledger.died(at: Int64(time) * second))
            expect(false, ledger.died(at: Int64(time) * second))
            expect(false, ledger.explained(deaths: 2, members: 1, at: Int64(time) * second))
        }
        #expect(ledger.recent == 0)
    }

    @Test func tooManyMembersAreThePluginsFault() {
        var ledger = CrashLedger()
        expect(false, ledger.explained(deaths: 2, members: 16, at: 0))
        expect(true, ledger.explained(deaths: 2, members: 1, at: second))
        expect(false, ledger.explained(deaths: 2, members: 1, at: 400 * second))
    }

    @Test func thePauseGrows() {
        var ledger = CrashLedger()
        #expect(ledger.pause == 0)
        _ = ledger.died(at: 0)
        let first = ledger.pause
        _ = ledger.died(at: 1)
        #expect(first > 0)
        #expect(ledger.pause > first)
    }
}
