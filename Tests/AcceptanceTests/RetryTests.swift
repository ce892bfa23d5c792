import Journeys
import Platform
import Testing

/// A receiver that refuses now and then: the run waits for the retries, and everybody is counted once.
@Suite struct RetryTests {
    @Test func refusedRequestsAreTriedAgainUnderTheirKeysWithinTheRun() throws {
        let receiver = try InstalledReceiver(["--fail-every", "5", "--status", "503"])
        let gateway = try InstalledGateway()
        let caller = try gateway.caller()
        let crowd = try Crowd(60, gateway, caller)
        let destination = try caller.makeDestination(receiver.url, batchSize: 8)
        let journey = try caller.launch(crowd.journey { Build.sync($0, to: destination, ["id", "score"]) })
        let run = try caller.finish(caller.trigger(journey), of: journey)
        let (all, passing) = (crowd.count, crowd.passing)
        expectCounts(
            run["counts"],
            ["entered": all, "moved": all, "waiting": passing, "delivered": passing, "completed": all - passing])
        let expected = try crowd.expectation(gateway, journey: journey)
        let verdict = try JSON.parse(try Command.oracle("deliveries", [receiver.log, expected]))
        #expect(verdict["rows"]?.integerValue == passing, "the receiver keeps no rows of what it refuses")
        for name in ["unexpected", "other_key", "other_data", "missing", "repeats"] {
            #expect(verdict[name] == 0, "\(verdict.text)")
        }
        let stats = try JSON.parse(
            try Command.succeed("curl", ["-sS", receiver.url.replacing("/inbox", with: "/stats")]))
        #expect((stats["failed"]?.integerValue ?? 0) > 0, "nothing was refused: \(stats.text)")
        #expect(stats["distinct_keys"]?.integerValue == passing)
    }
}
