import Crypto
import Delivery
import Glibc
import Journeys
import Platform
import PluginHost
import Store
import TestSupport

/// Destinations as they stand in the bench's store; none of them has secrets.
final class BenchDestinations: DestinationSource {
    private let control: ControlStore

    init(_ control: ControlStore) { self.control = control }

    func destination(_ id: String, workspaceID: String, knownVersion: Int64?) throws -> DestinationLookup {
        guard let record = try control.read({ try $0.destination(workspaceID: workspaceID, id: id) }) else {
            return .unknown
        }
        if Int64(record.version) == knownVersion { return .unchanged }
        return .found(
            DestinationSnapshot(
                id: id, workspaceID: workspaceID, name: record.name, type: record.destinationType,
                config: record.config, version: Int64(record.version)))
    }
}

extension Bench {
    /// Builds a version of the gate into the bench's plugin directory.
    func buildGate(_ version: String, _ defines: [String: String] = [:], as name: String = "gate.so") throws {
        try CPlugin.build(
            "Tests/Fixtures/gate.c",
            defines: defines.merging(["VERSION": CPlugin.string(version), "_GNU_SOURCE": ""]) { $1 },
            to: "\(own)/\(name)")
    }

    /// Takes up what has changed in the plugin directories.
    @discardableResult
    func rescan() -> [LoadOutcome] {
        while true {
            let outcomes = plugins.rescan()
            if !outcomes.contains(where: { $0.state == .busy }) { return outcomes }
            usleep(1000)
        }
    }

    /// A version of the gate in use.
    func loadGate(_ version: String, _ defines: [String: String] = [:]) throws {
        try buildGate(version, defines)
        rescan()
        guard plugins.tileType("gate")?.version == version else { throw Failure("\(plugins.list().map(\.reason))") }
    }

    /// A journey that goes through one gate. An edge of the gate may name its branch.
    func gateJourney(
        _ config: [String: JSON] = [:], branch: String? = nil, activate: Bool = true, schedule: String? = nil
    ) throws -> String {
        var edge: [String: JSON] = ["from": "gate", "to": "end"]
        edge["branch"] = branch.map { .string($0) }
        var journey: [String: JSON] = [
            "tiles": [
                ["id": "in", "type": "entry"],
                [
                    "id": "gate", "type": "gate",
                    "config": .object(config.merging(["path": .string(directory)]) { $1 }),
                ],
                ["id": "end", "type": "exit"],
            ],
            "edges": [["from": "in", "to": "gate"], .object(edge)],
        ]
        journey["schedule"] = schedule.map { .string($0) }
        return try self.journey(.object(journey), activate: activate)
    }

    /// Waits until a version of the gate was called so often.
    func waitForGate(_ version: String, calls: Int = 1) throws {
        let path = "\(directory)/entered.\(version)"
        try eventually {
            try Files.exists(path) && Files.read(path).count { $0 == UInt8(ascii: "\n") } >= calls
        }
    }

    /// Lets waiting calls of the gate go on.
    func openGate() throws { try Files.write([], to: directory + "/go") }

    func addDestination(type: String, config: JSON, name: String = "Inbox") throws -> String {
        let record = DestinationRecord(
            id: try Crypto.uuid(), workspaceID: workspaceID, name: name, destinationType: type, config: config,
            createdBy: "test", createdAt: clock.now(), updatedAt: clock.now())
        try control.write { try $0.insertDestination(record, secrets: [:]) }
        return record.id
    }

    /// The generation that a member's row names.
    func generation(_ journeyID: String, _ key: String) throws -> Int32? {
        let store = try members.store(workspaceID)
        guard let number = try store.knownJourneyNumber(journeyID) else { return nil }
        let rows = try store.member(number, key: Array(key.utf8))
        return withExtendedLifetime(rows) { rows?.generation[0] }
    }
}
