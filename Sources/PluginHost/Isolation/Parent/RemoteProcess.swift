import CPlatform
import CTessera
import Glibc
import Platform
import Synchronization

/// Why a call to a plugin's process came to nothing.
struct ProcessGone: Error, Sendable, Hashable {
    /// For operators: "crashed with SIGSEGV".
    var reason: String
    /// The gateway itself had no descriptors, memory or threads for it: no fault of the plugin's.
    var isShortage = false
}

/// One running child with its plugin: sockets, calls under way, and its end. Any thread.
///
/// Whoever finds that it can't be talked to ends it (`end`), and everybody hears the same reason.
final class RemoteProcess: Sendable {
    struct State {
        /// Lanes that nobody uses at the moment.
        var lanes: [Lane] = []
        /// The sockets of all lanes: to wake who waits on one.
        var sockets: [FrameSocket] = []
        var calls: [UInt64: RemoteCall] = [:]
        var destinations: [UInt64: HeldDestination] = [:]
        var nextID: UInt64 = 1
        var isEnding = false
        /// All that it has said by itself was heard.
        var isHeard = false
        var end: ProcessGone?
        /// Real time at which processor time was last allowed.
        var allowedAt: Int64 = 0
        /// Configs that it opens at the moment.
        var opening = 0
        /// Outcomes that the child has ignored so far.
        var ignored = (dropped: 0, late: 0)
        /// Requests of the child that threads of the gateway are busy with.
        var requests = 0
        var requestBytes = 0
    }

    /// A number that no other process object of the gateway has.
    let serial = RemoteProcess.serials.wrappingAdd(1, ordering: .relaxed).newValue
    let child: ChildProcess
    let main: FrameSocket
    let description: PluginDescription
    let launch: RemoteLaunch
    let state = Monitor(State())
    let logs = LogLimiter()
    private let plugin = Monitor(WeakPlugin())

    private static let serials = Atomic<UInt64>(0)

    private struct WeakPlugin {
        weak var plugin: RemotePlugin?
    }

    /// The plugin that it belongs to; nil when that is gone.
    var owner: RemotePlugin? { plugin.withLock { $0.plugin } }

    /// Starts the child and has it map and describe the plugin.
    /// - Throws: a refusal with what the child, or its end, said.
    init(_ launch: RemoteLaunch) throws(Refusal) {
        self.launch = launch
        do throws(SystemError) {
            let (ours, theirs) = try FrameSocket.pair()
            ours.limitSending(seconds: 10)
            main = ours
            child = try Nursery.shared.start(
                ChildLaunch(arguments: [launch.program, "serve"], descriptors: [3: theirs.descriptor]))
            withExtendedLifetime(theirs) {}
        } catch {
            throw Refusal("the plugin's process can't be started: \(error)", isLasting: false, isShortage: true)
        }
        do throws(Refusal) {
            description = try Self.handshake(main, child, launch)
        } catch {
            _ = child.kill()
            Nursery.shared.ended(child)
            throw error
        }
    }

    deinit {
        // The last user is gone without a `finish`: nobody is left to wait for it either.
        guard state.withLock({ $0.end == nil }) else { return }
        _ = child.kill()
        Nursery.shared.ended(child)
    }

    /// Begins to listen to what the child says by itself.
    func belong(to plugin: RemotePlugin) {
        self.plugin.withLock { $0.plugin = plugin }
        plugin.register(self)
        let thread = NativeThread(name: "plugin-reader") { [self] in read() }
        if thread.isRunning { thread.detach() } else { end("has no thread in the gateway to listen to it") }
    }

    private static func handshake(
        _ main: FrameSocket, _ child: ChildProcess, _ launch: RemoteLaunch
    ) throws(Refusal) -> PluginDescription {
        let buffer = FrameBuffer()
        let answer: Result<PluginDescription, Refusal>
        do throws(WireError) {
            try main.send(.begin, launch.body)
            let head = try main.receive(
                into: buffer, deadline: MonotonicTime.now() + launch.limits.controlTimeoutUs)
            var body = buffer.reader
            switch head.kind {
            case .described: answer = .success(try PluginDescription(&body))
            case .refused: answer = .failure(Refusal(try body.text(), isLasting: try body.bool()))
            default: throw .broken("not the plugin's tables")
            }
        } catch {
            if case .timedOut = error {
                throw Refusal(
                    "the plugin was not loaded within \(launch.limits.controlTimeoutUs / 1_000_000) s",
                    isLasting: false)
            }
            let end = child.wait(microseconds: 1_000_000) ?? child.kill()
            throw Refusal("the plugin \(end.description) while it was loaded", isLasting: end != .signalled(SIGKILL))
        }
        return try answer.get()
    }
}
