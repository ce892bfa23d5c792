import Foundation
import Platform
import Testing

@Suite struct LogTests {
    private final class Lines: Sendable {
        let all = Monitor<[String]>([])
        func log(_ level: Log.Level = .debug) -> Log {
            Log(level: level, clock: ManualClock(1_705_310_999_000_007)) { [all] line in all.update { $0.append(line) }
            }
        }
    }

    @Test func aLineIsOneObjectWithTimeLevelEventAndMessage() throws {
        let lines = Lines()
        lines.log().write(.warning, event: "run_ended", "it's over") { line in
            line.add("status", 200)
            line.add("text", "a \"b\" \\ \n\u{1}é\u{2028}")
            line.add(milliseconds: "duration_ms", of: 12_045)
            line.add("id", plain: "ab-1".utf8)
        }
        let line = try #require(lines.all.withLock { $0.first })
        #expect(!line.contains("\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["time"] as? String == "2024-01-15T09:29:59.000007Z")
        #expect(object["level"] as? String == "warning" && object["event"] as? String == "run_ended")
        #expect(object["message"] as? String == "it's over" && object["status"] as? Int == 200)
        #expect(object["text"] as? String == "a \"b\" \\ \n\u{1}é\u{2028}")
        #expect(object["duration_ms"] as? Double == 12.045 && object["id"] as? String == "ab-1")
    }

    @Test func belowTheLevelNothingIsWritten() {
        let lines = Lines()
        let log = lines.log(.warning)
        log.info(event: "a", "a")
        log.debug(event: "b", "b")
        log.error(event: "c", "c")
        #expect(lines.all.withLock { $0.count } == 1)
    }

    @Test func levelsByName() {
        for level in Log.Level.allCases { #expect(Log.Level(name: level.name) == level) }
        #expect(Log.Level(name: "loud") == nil)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z"),
        ] as [(Int64, String)])
    func timesOfTheCalendar(time: Int64, text: String) {
        var bytes: [UInt8] = []
        UTCTime(time).append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
