import Journeys
import Testing

@Suite struct JourneyTransitionsTests {
    /// DESIGN.md 4, written out: for each call the status after it, "-" where it is refused.
    static let table: [(JourneyCall, String)] = [
        // draft, active, paused, draining, archived, error
        (.activate, "active - - - - -"),
        (.pause, "- paused - - - paused"),
        (.resume, "- - active - - active"),
        (.drain, "- draining draining - - -"),
        (.archive, "archived - archived archived archived archived"),
        (.trigger, "- active - draining - error"),
        (.update, "draft active paused draining - error"),
        (.delete, "draft - paused - archived error"),
    ]

    @Test(arguments: table) func follows(call: JourneyCall, row: String) {
        let expected = row.split(separator: " ").map(String.init)
        #expect(expected.count == JourneyStatus.allCases.count)
        for (status, after) in zip(JourneyStatus.allCases, expected) {
            let outcome = JourneyTransitions.next(from: status, call: call)
            let wanted = JourneyStatus(rawValue: after).map { JourneyTransitions.Outcome.allowed($0) } ?? .refused
            #expect(outcome == wanted, "\(call) from \(status)")
        }
    }

    @Test func coversEveryCall() {
        #expect(Set(Self.table.map(\.0)) == Set(JourneyCall.allCases))
    }

    @Test func asksForValidation() {
        var asked: [String] = []
        for call in JourneyCall.allCases {
            for status in JourneyStatus.allCases where JourneyTransitions.mustBeValid(from: status, call: call) {
                asked.append("\(call) \(status)")
            }
        }
        #expect(
            asked == [
                "activate draft", "resume paused", "resume error", "update active", "update draining", "update error",
            ])
    }

    @Test func refusesInWords() {
        #expect(
            JourneyTransitions.refusal(from: .archived, call: .pause)
                == "Can't pause a journey that is archived: it must be one of: active, error")
    }
}
