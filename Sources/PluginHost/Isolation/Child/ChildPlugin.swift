import CTessera
import Columns
import Platform

/// The plugin in its own process: the same generation and instances as in the gateway, with a host on the other side of
/// the connection. Any thread.
final class ChildPlugin: Sendable {
    let image: PluginImage
    let generation: PluginGeneration
    private let services: ChildServices
    private let state = Monitor(State())

    private struct State {
        var tiles: [UInt64: TileInstance] = [:]
        var connectors: [UInt64: ConnectorInstance] = [:]
        var next: UInt64 = 0
    }

    init(_ launch: RemoteLaunch, _ connection: ChildConnection) throws(Refusal) {
        image = try PluginImage(path: launch.path)
        let services = ChildServices(connection)
        self.services = services
        // Deadlines are the gateway's to keep: its clock, which it may have injected, is not here.
        let environment = HostEnvironment(
            version: launch.version, clock: StandingClock(), log: .silent, service: { services.table($0) },
            logLine: { _, level, message in
                var body = WireWriter()
                body.integer(level)
                body.text(message)
                connection.tell(.log, body.bytes)
            },
            hostTime: { connection.ask(.now, []) { reader throws(WireError) in try reader.integer() } ?? 0 })
        generation = PluginGeneration(
            image: image, number: 1, sha256: "", path: launch.path, loadedAt: 0,
            environment: environment)
    }

    func keep(_ tile: TileInstance) -> UInt64 {
        state.withLock { state in
            state.next += 1
            state.tiles[state.next] = tile
            return state.next
        }
    }

    func keep(_ connector: ConnectorInstance) -> UInt64 {
        state.withLock { state in
            state.next += 1
            state.connectors[state.next] = connector
            return state.next
        }
    }

    func tile(_ number: UInt64) -> TileInstance? { state.withLock { $0.tiles[number] } }
    func connector(_ number: UInt64) -> ConnectorInstance? { state.withLock { $0.connectors[number] } }

    func close(_ number: UInt64) {
        let closed = state.withLock {
            ($0.tiles.removeValue(forKey: number), $0.connectors.removeValue(forKey: number))
        }
        drop(closed)
    }

    /// What was ignored so far: outcomes that make no sense, and what came too late. The gateway keeps the figures.
    func writeFigures(to body: inout WireWriter) {
        let figures = generation.figures.snapshot(instances: 0)
        body.integer(UInt64(figures.dropped))
        body.integer(UInt64(figures.late))
    }

    /// Lets go of instances and waits until the plugin has closed those that no call holds: a crash in there belongs to
    /// the gateway's call that asked for it.
    private func drop(_ instances: consuming some Any) {
        _ = consume instances
        generation.environment.reaper.drain()
    }

    /// Closes everything and calls the plugin's `retire`.
    func retire() {
        let closed = state.withLock { state in
            defer { state = State(next: state.next) }
            return (state.tiles, state.connectors)
        }
        drop(closed)
        generation.retire()
    }
}

/// A clock at which no deadline ever passes.
final class StandingClock: Clock {
    func now() -> Int64 { 0 }

    func wait<State, Result>(
        on monitor: Monitor<State>, deadline: Int64, until body: (inout State) -> Result?
    ) -> Result? {
        monitor.wait { body(&$0) }
    }
}
