import Foundation
import Glibc
import Journeys
import Platform

@testable import Store

/// A data directory of its own with a control store, both gone at the end of the test. Its store is replaced (`reopen`) by
/// the test's own thread only.
final class ControlFixture: @unchecked Sendable {
    let directory: String
    let clock = ManualClock(1_705_311_000_000_000)
    private(set) var store: ControlStore
    let workspaceID = "660e8400-e29b-41d4-a716-446655440000"

    init() throws {
        directory = FileManager.default.temporaryDirectory.path + "/tessera-control-" + UUID().uuidString
        store = try ControlStore(dataDirectory: directory, secretKey: .file, clock: clock, log: .silent)
        let (id, now) = (workspaceID, clock.now())
        try store.write { try $0.insertWorkspace(WorkspaceRecord(id: id, name: "Main", createdAt: now)) }
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Closes the store and opens the same directory again.
    func reopen(secretKey: SecretKeySource = .file) throws {
        store.close()
        store = try ControlStore(dataDirectory: directory, secretKey: secretKey, clock: clock, log: .silent)
    }

    static func uuid(_ number: Int) -> String {
        let digits = String(number)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    /// A journey record with the tiles of the API's own example.
    func journey(_ number: Int, workspaceID: String? = nil, name: String = "Onboarding Flow") -> JourneyRecord {
        let tiles = [
            Tile(id: "tile-1", type: "entry", position: ["x": 0, "y": 0]),
            Tile(
                id: "tile-2", type: "sync",
                config: ["destination_id": "880E8400-e29b-41d4-a716-446655440000", "field_mapping": []],
                position: ["x": 0, "y": 200]),
            Tile(id: "tile-3", type: "wait", config: ["duration": 3, "unit": "days"], position: ["x": 0, "y": 400]),
        ]
        let journey = Journey(
            name: name, description: "Welcome series for new customers",
            parentModelID: "770e8400-e29b-41d4-a716-446655440000", tiles: tiles,
            edges: [Edge(from: "tile-1", to: "tile-2"), Edge(from: "tile-2", to: "tile-3")],
            schedule: "0 */6 * * *")
        return JourneyRecord(
            id: Self.uuid(number), workspaceID: workspaceID ?? self.workspaceID, journey: journey,
            createdBy: "880e8400-e29b-41d4-a716-446655440000", createdAt: clock.now(), updatedAt: clock.now())
    }

    @discardableResult
    func addJourney(_ number: Int, name: String = "Onboarding Flow") throws -> JourneyRecord {
        let record = journey(number, name: name)
        try store.write { try $0.insertJourney(record) }
        return record
    }

    func run(_ number: Int, of journeyID: String, trigger: RunTrigger = .manual) -> RunRecord {
        RunRecord(
            id: Self.uuid(1000 + number), workspaceID: workspaceID, journeyID: journeyID, journeyVersion: 1,
            trigger: trigger, createdAt: clock.now(), createdBy: "key")
    }
}
