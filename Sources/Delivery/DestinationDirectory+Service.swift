import CTessera
import PluginHost

extension DestinationDirectory {
    private typealias Table = LentTable<tessera_connectors_service, DestinationDirectory>

    static var service: tessera_connectors_service {
        tessera_connectors_service(
            size: UInt32(MemoryLayout<tessera_connectors_service>.size), reserved: 0,
            acquire: { service, call, id, reason in
                reason?.pointee = tessera_str()
                guard let service, let call else { return nil }
                do throws(DestinationUnavailable) {
                    return try Table.owner(of: service).acquire(
                        String(borrowed: id, limit: 128),
                        workspaceID: String(borrowed: call.pointee.workspace_id, limit: 128)
                    ).pointer
                } catch {
                    reason?.pointee = ThreadText.lend(error.description)
                    return nil
                }
            },
            release: { service, destination in
                guard let service, let destination else { return }
                Table.owner(of: service).release(destination)
            })
    }
}
