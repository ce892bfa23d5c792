import CTessera
import PluginHost

/// A destination with its connector open: what a transport works with. Its secrets and tokens live in here, nowhere else.
///
/// Sendable without a check because the C structs are written in `init` only.
public final class OpenDestination: @unchecked Sendable {
    public let version: Int64
    public let workspaceID: String
    public let connector: ConnectorInstance
    /// As plugins take it; valid while this object lives.
    public let pointer: UnsafePointer<tessera_destination>

    private let memory: UnsafeMutablePointer<tessera_destination>
    private let secrets: UnsafeMutablePointer<tessera_secret>
    private let origins: UnsafeMutablePointer<tessera_str>
    private let texts: [LentText]

    init(_ snapshot: DestinationSnapshot, _ connector: ConnectorInstance) {
        version = snapshot.version
        workspaceID = snapshot.workspaceID
        self.connector = connector
        var texts: [LentText] = []
        func lend(_ text: String) -> tessera_str {
            let lent = LentText(text)
            texts.append(lent)
            return lent.text
        }
        secrets = .allocate(capacity: max(1, connector.secrets.count))
        for (index, secret) in connector.secrets.enumerated() {
            (secrets + index).initialize(to: tessera_secret(token: lend(secret.token), value: lend(secret.value)))
        }
        origins = .allocate(capacity: max(1, connector.origins.count))
        for (index, origin) in connector.origins.enumerated() { (origins + index).initialize(to: lend(origin)) }
        memory = .allocate(capacity: 1)
        memory.initialize(
            to: tessera_destination(
                size: UInt32(MemoryLayout<tessera_destination>.size), generation: UInt32(connector.generation),
                destination_id: lend(snapshot.id), name: lend(snapshot.name), connector: connector.interface,
                type: connector.table, instance: connector.raw, secrets: secrets,
                secret_count: connector.secrets.count, origins: origins, origin_count: connector.origins.count))
        pointer = UnsafePointer(memory)
        self.texts = texts
    }

    deinit {
        memory.deallocate()
        secrets.deallocate()
        origins.deallocate()
    }
}
