import Glibc
import Journeys
import Platform
import TestSupport
import Testing

/// `kill -9` in the middle of runs: after each restart the run goes on by itself, and nobody is lost or sent anything that
/// was not in flight.
@Suite(.serialized) struct KillTests {
    /// What the sync tile's type says: calls at once, and rows in one of them (the engine's batch).
    private static let inFlightRows = 4 * 8192

    @Test func fiveKillsDuringDelivery() throws {
        // Eight requests at once, each a tenth of a second: what is left at the last kill takes two more.
        let receiver = try InstalledReceiver(["--delay-ms", "100"])
        let gateway = try InstalledGateway()
        var caller = try gateway.caller()
        let crowd = try Crowd(200_000, gateway, caller)
        let destination = try caller.makeDestination(receiver.url, batchSize: 500, limits: ["max_in_flight": 8])
        let journey = try caller.launch(crowd.journey { Build.sync($0, to: destination, ["id", "score"]) })
        let run = try caller.trigger(journey)

        var flights: [String] = []
        for kill in 1...5 {
            // Up to two fifths of all may be in flight: what is left at the last kill must be more than that.
            let goal = crowd.passing * Int64(kill) / 12
            try waitUntil(caller, run, journey) { ($0["counts"]?["delivered"]?.integerValue ?? 0) >= goal }
            gateway.kill()
            try expectRunning(gateway, run)
            let inFlight = try MembersFile(gateway).inFlight()
            let file = "\(gateway.folder.path)/flight-\(kill)"
            try Files.write(Array((inFlight.joined(separator: "\n") + "\n").utf8), to: file)
            flights.append(file)
            try gateway.start()
            caller = try gateway.caller()
        }

        let ended = try caller.finish(run, of: journey)
        let expected = try crowd.expectation(gateway, journey: journey)
        let (all, passing) = (crowd.count, crowd.passing)
        let a = try Crowd.size(ofArm: "a", in: expected)
        expectCounts(
            ended["counts"],
            ["entered": all, "moved": all, "waiting": passing, "completed": all - passing, "delivered": passing])
        expectTiles(
            ended["tiles"],
            [
                "in": ["in": all, "out": all], "high": ["in": all, "out": all], "ab": ["in": passing, "out": passing],
                "send-a": ["in": a, "out": a], "send-b": ["in": passing - a, "out": passing - a],
                "rest": ["in": passing, "waiting": passing], "done": [:], "low": ["in": all - passing],
            ])
        try expectPlaces(gateway, caller, journey, crowd)

        let text = try Command.oracle("deliveries", [receiver.log, expected] + flights)
        let verdict = try JSON.parse(text)
        for name in ["unexpected", "other_key", "other_data", "missing", "repeated_without_cause"] {
            #expect(verdict[name] == 0, "\(name): \(text)")
        }
        #expect(verdict["members"]?.integerValue == passing)
        let repeats = try #require(verdict["repeats"]?.integerValue)
        #expect(repeats <= 5 * Int64(Self.inFlightRows), "\(repeats) rows were sent again after five kills")
    }

    @Test func aKillDuringPureMovement() throws {
        let gateway = try InstalledGateway()
        var caller = try gateway.caller()
        let crowd = try Crowd(600_000, gateway, caller)
        let journey = try caller.launch(crowd.journey())
        let run = try caller.trigger(journey)
        try waitUntil(caller, run, journey) { ($0["counts"]?["entered"]?.integerValue ?? 0) > 0 }
        gateway.kill()
        try expectRunning(gateway, run)
        let before = try MembersFile(gateway).census().count
        #expect(before > 0, "something was committed")
        try gateway.start()
        caller = try gateway.caller()
        let ended = try caller.finish(run, of: journey)
        let (all, passing) = (crowd.count, crowd.passing)
        expectCounts(
            ended["counts"], ["entered": all, "moved": all, "waiting": passing, "completed": all - passing])
        try expectPlaces(gateway, caller, journey, crowd)
    }

    // MARK: Parts

    /// Looks at the run until it is as far as asked; the run must not have ended by then.
    private func waitUntil(
        _ caller: Caller, _ run: String, _ journey: String, at place: SourceLocation = #_sourceLocation,
        _ isFar: (JSON) -> Bool
    ) throws {
        let present = try eventually { () -> JSON? in
            let present = try caller.look(at: run, of: journey)
            let hasEnded = present["status"] != "running" && present["status"] != "queued"
            return isFar(present) || hasEnded ? present : JSON?.none
        }
        try #require(present["status"] == "running", "too late: \(present.text)", sourceLocation: place)
    }

    /// The killed gateway has left the run unfinished: the kill came in its middle.
    private func expectRunning(
        _ gateway: InstalledGateway, _ run: String, at place: SourceLocation = #_sourceLocation
    ) throws {
        let control = try SQLiteProgram.copy(of: gateway.data + "/control.db", in: gateway.folder)
        let status = try SQLiteProgram.lines(control, "SELECT status FROM runs WHERE id = '\(run)'")
        try #require(status == ["running"], "the kill came after the end of the run", sourceLocation: place)
    }

    /// Every member is where arithmetic says, by the API's counters and by a count of the file, and one run was asked for.
    private func expectPlaces(
        _ gateway: InstalledGateway, _ caller: Caller, _ journey: String, _ crowd: Crowd,
        at place: SourceLocation = #_sourceLocation
    ) throws {
        let (all, passing) = (crowd.count, crowd.passing)
        let stats = try caller.stats(journey, at: place)
        #expect(
            stats["total"] == ["active": .integer(passing), "completed": .integer(all - passing), "exited": 0],
            sourceLocation: place)
        let rest = stats["tiles"]?["rest"]
        #expect(rest?["active"]?.integerValue == passing, sourceLocation: place)
        #expect(rest?["entered"]?.integerValue == passing, sourceLocation: place)
        #expect(stats["tiles"]?["in"]?["entered"]?.integerValue == all, sourceLocation: place)
        #expect(stats["tiles"]?["low"]?["completed"]?.integerValue == all - passing, sourceLocation: place)
        let runs = try caller.call("GET", "journeys/\(journey)/runs", at: place).json.arrayValue
        // The timer may have had one look for who was due when the gateway came back.
        #expect(runs?.count { $0["trigger"] == "manual" } == 1, "\(runs ?? [])", sourceLocation: place)

        #expect(try gateway.stop() == 0, sourceLocation: place)
        let file = try MembersFile(gateway)
        #expect(try file.census() == ["low|1|0|\(all - passing)", "rest|0|1|\(passing)"], sourceLocation: place)
        #expect(try file.wrongCounters() == [], sourceLocation: place)
    }
}
