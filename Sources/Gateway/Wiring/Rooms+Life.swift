import HTTPServer

extension Rooms {
    /// The server whose figures `/metrics` shows.
    func watch(_ server: HTTPServer) { self.server.withLock { $0 = WeakServer(server) } }

    /// What the server has done; zeros before it runs.
    func serverFigures() -> ServerFigures { server.withLock { $0.server }?.figures ?? ServerFigures() }

    /// Has deliveries know every destination, so that `/metrics` shows those too that are disabled or held back.
    func takeUpDestinations() throws {
        let known = try control.read { reader in
            try reader.workspaces().items.flatMap { workspace in
                try reader.destinations(workspaceID: workspace.id).items.map { (workspace.id, $0.id) }
            }
        }
        for (workspaceID, id) in known { _ = delivery.figures(workspaceID: workspaceID, destinationID: id) }
    }

    /// Closes the rooms from the top down. The server and the workers have stopped before.
    func close() {
        events.stop()
        uploads.drain()
        engine.stop()
        simulations.drain()
        plugins.stop()
        delivery.stop()
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
