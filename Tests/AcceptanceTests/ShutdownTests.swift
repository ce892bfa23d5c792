import Glibc
import Journeys
import Platform
import TestSupport
import Testing

/// How a gateway stops, and that only one serves a data directory.
@Suite struct ShutdownTests {
    @Test func sigtermDuringARunEndsSoonAndTheRunGoesOnLater() throws {
        let receiver = try InstalledReceiver(["--delay-ms", "150"])
        let gateway = try InstalledGateway()
        var caller = try gateway.caller()
        let crowd = try Crowd(40_000, gateway, caller)
        // Ten rows a request and 256 requests at once: the run is far from its end when the signal comes.
        let destination = try caller.makeDestination(receiver.url, batchSize: 10)
        let journey = try caller.launch(crowd.journey { Build.sync($0, to: destination, ["id", "score"]) })
        let run = try caller.trigger(journey)
        try eventually {
            try (caller.look(at: run, of: journey)["counts"]?["delivered"]?.integerValue ?? 0) > 0
        }

        #expect(try gateway.stop() == 0)
        #expect(!gateway.log.contains("Fatal error"))
        try gateway.start()
        caller = try gateway.caller()
        let ended = try caller.finish(run, of: journey)
        expectCounts(
            ended["counts"],
            [
                "entered": crowd.count, "moved": crowd.count, "waiting": crowd.passing, "delivered": crowd.passing,
                "completed": crowd.count - crowd.passing,
            ])
        // A graceful stop lets what is in flight come to its end: nobody is sent anything twice.
        let expected = try crowd.expectation(gateway, journey: journey)
        let verdict = try Command.oracle("deliveries", [receiver.log, expected])
        let json = try JSON.parse(verdict)
        #expect(json["rows"]?.integerValue == crowd.passing, "\(verdict)")
        #expect(json["members"]?.integerValue == crowd.passing, "\(verdict)")
        #expect(json["other_key"] == 0 && json["missing"] == 0 && json["unexpected"] == 0, "\(verdict)")
    }

    @Test func aSecondGatewayOnTheSameDataIsRefused() throws {
        let gateway = try InstalledGateway()
        let second = try Command(
            Installed.program(), ["serve", "--data", gateway.data, "--listen", "127.0.0.1:0"])
        #expect(second.status != 0)
        #expect(second.output.isEmpty, "\(second.output)")
        #expect(second.errors.contains(gateway.data), "\(second.errors)")
        #expect(second.errors.contains("already") || second.errors.contains("another"), "\(second.errors)")
        // The first one is not disturbed, and after its end the directory is free.
        #expect(try gateway.caller().call("GET", "journeys").json == [])
        #expect(try gateway.stop() == 0)
        try gateway.start()
        #expect(try gateway.caller().call("GET", "journeys").json == [])
    }

    @Test func sigintStopsAsWell() throws {
        let gateway = try InstalledGateway()
        let process = try #require(gateway.process)
        process.signal(SIGINT)
        #expect(try process.exitCode(within: 120) == 0)
    }

    @Test func wrongArgumentsAreRefusedWithUsage() throws {
        let folder = try TemporaryFolder()
        for arguments in [
            ["serve"], ["serve", "--data"], ["serve", "--data", folder.path, "--listen", "nowhere"],
            ["serve", "--data", folder.path, "--no-such-option"], ["no-such-command"],
            ["serve", "--data", folder.path, "--listen", "127.0.0.1:0", "--allow-destination", "300.0.0.0/8"],
            ["workspace", "create", "--data", folder.path], ["key", "create", "--data", folder.path, "--role", "king"],
        ] {
            let command = try Command(Installed.program(), arguments)
            #expect(command.status > 0, "\(arguments)")
            #expect(!command.errors.isEmpty && command.output.isEmpty, "\(arguments): \(command.output)")
        }
    }
}
