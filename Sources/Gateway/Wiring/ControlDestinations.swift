import Delivery
import Store

/// Destinations as deliveries see them: read from control.db, their secrets opened.
final class ControlDestinations: DestinationSource {
    private let control: ControlStore

    init(control: ControlStore) { self.control = control }

    func destination(_ id: String, workspaceID: String, knownVersion: Int64?) throws -> DestinationLookup {
        try control.read { reader in
            guard let record = try reader.destination(workspaceID: workspaceID, id: id) else { return .unknown }
            if let knownVersion, knownVersion == Int64(record.version) { return .unchanged }
            let secrets = try reader.destinationSecrets(workspaceID: workspaceID, id: id)
            return .found(
                DestinationSnapshot(
                    id: record.id, workspaceID: workspaceID, name: record.name, type: record.destinationType,
                    config: DestinationSecrets.joined(record.config, secrets), version: Int64(record.version)))
        }
    }
}
