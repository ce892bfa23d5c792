import HTTPServer

extension Rooms {
    /// The server whose figures `/metrics` shows.
    func watch(_ server: HTTPServer) { self.server.withLock { $0 = WeakServer(server) } }

    /// What the server has done; zeros before it runs.
    func serverFigures() -> ServerFigures { server.withLock { $0.server }?.figures ?? ServerFigures() }

    /// Destinations that said before that they are gone get nothing until a person changes them.
    func disableFaultyDestinations() throws {
        try control.read { reader in
            for workspace in try reader.workspaces().items {
                for destination in try reader.destinations(workspaceID: workspace.id).items
                where destination.status == "error" {
                    delivery.disable(
                        workspaceID: workspace.id, destinationID: destination.id, reason: destination.statusError)
                }
            }
        }
    }

    /// Closes the rooms from the top down. The server and the workers have stopped before.
    func close() {
        uploads.drain()
        engine.stop()
        plugins.stop()
        warehouse.close()
        members.closeAll()
        control.close()
    }
}

/// The server owns the handler, which owns the rooms: not the other way round too.
struct WeakServer {
    weak var server: HTTPServer?
    init(_ server: HTTPServer? = nil) { self.server = server }
}
