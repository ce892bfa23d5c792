import CPlatform
import CTessera
import Glibc
import Platform

/// A process that hosts one plugin for the gateway: `tessera-plugin-host serve`, with the gateway's socket as descriptor 3.
public enum PluginChild {
    /// This process ends with the thread that started it.
    public static func endWithParent() { _ = tessera_die_with_parent() }

    /// Serves until the gateway closes the connection. Never returns.
    public static func run() -> Never {
        let main = FrameSocket(3)
        let buffer = FrameBuffer()
        do throws(WireError) {
            let head = try main.receive(into: buffer)
            guard head.kind == .begin else { _exit(2) }
            var body = buffer.reader
            let launch = try RemoteLaunch(&body)
            let connection = ChildConnection(main)
            let plugin: ChildPlugin
            do throws(Refusal) {
                Confinement.dieWith(launch.gateway)
                try Confinement.enter(launch.limits, closing: launch.files)
                plugin = try ChildPlugin(launch, connection)
            } catch {
                var answer = WireWriter()
                answer.text(error.reason)
                answer.bool(error.isLasting)
                try main.send(.refused, answer.bytes)
                _exit(0)
            }
            var answer = WireWriter()
            PluginDescription(plugin.image).write(to: &answer)
            try main.send(.described, answer.bytes)
            try serve(plugin, connection, buffer)
        } catch {}
        // Without the runtime's own ending: the plugin's threads may still be at work.
        _exit(0)
    }

    private static func serve(
        _ plugin: ChildPlugin, _ connection: ChildConnection, _ buffer: FrameBuffer
    ) throws(WireError) {
        var passed: Int32 = -1
        while true {
            let head = try connection.main.receive(into: buffer, passed: &passed)
            switch head.kind {
            case .reply:
                var body = buffer.reader
                connection.answered(head.id, Array(try body.raw(body.remaining)))
            case .lane:
                let lane = ChildLane(FrameSocket(passed), plugin, connection)
                let thread = NativeThread(name: "lane", stackSize: 8 << 20) { lane.serve() }
                if thread.isRunning { thread.detach() } else { lane.socket.shutDown() }
            default: throw .broken("the gateway speaks another language")
            }
        }
    }
}
