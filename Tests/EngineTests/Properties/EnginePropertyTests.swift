import Glibc
import Testing

/// Any random journey, through any random life of runs, kills, pauses, edits and people's words, ends as a slow and obvious
/// model of the same rules says (DESIGN.md 4): each member's place, the counters, and what was sent under which key.
///
/// TESSERA_PROPERTIES says how many journeys, TESSERA_SEED the first one's seed, else the same each time, since these tests must
/// not fail by chance: chance is for `scripts/prove properties`. A difference names its seed. Among the tests of the disk because
/// the faults are the process's.
extension DiskFaultTests {
    @Suite struct EnginePropertyTests {
        private static func number(_ name: String) -> UInt64? {
            getenv(name).flatMap { UInt64(String(cString: $0)) }
        }

        @Test func anyJourneyEndsAsTheSlowModelSays() throws {
            let long = Self.number("TESSERA_PROPERTIES")
            let first = Self.number("TESSERA_SEED") ?? 1
            var (runs, kills, wrong) = (0, 0, 0)
            for seed in first..<first + (long ?? 12) {
                let scenario: Scenario
                do {
                    scenario = try Scenario(seed: seed)
                } catch {
                    Issue.record("seed \(seed): \(error)")
                    continue
                }
                var found: [String]
                do { found = try scenario.play() } catch { found = ["\(error)"] }
                (runs, kills) = (runs + scenario.runs, kills + scenario.kills)
                if found.isEmpty { continue }
                wrong += 1
                Issue.record(
                    "seed \(seed):\n\(found.prefix(8).joined(separator: "\n"))\n\(scenario.journal.joined(separator: "\n"))"
                )
                if wrong == 3 { break }
            }
            if long != nil {
                print(
                    "property: seed \(first): \(runs) runs, \(kills) kills that struck, \(wrong) journeys with a difference"
                )
            }
        }
    }
}
