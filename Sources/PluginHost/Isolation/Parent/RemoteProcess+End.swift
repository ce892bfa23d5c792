import Glibc
import Platform

extension RemoteProcess {
    /// Ends the process, if it has not ended, and tells why it is gone: everybody who asks hears what the first found.
    /// - Parameter why: what the plugin did to deserve it; nil when its connection broke, so that its own end says more.
    @discardableResult
    func end(_ why: String?) -> ProcessGone {
        let isFirst = state.withLock { state in
            defer { state.isEnding = true }
            return !state.isEnding
        }
        guard isFirst else { return state.wait { $0.end } }
        // A connection that broke shows before the kernel has put the process away.
        let natural = why == nil ? child.wait(microseconds: 1_000_000) : nil
        let killed = natural == nil ? child.kill() : nil
        Nursery.shared.ended(child)
        let gone = ProcessGone(reason: why ?? natural?.description ?? Self.explain(killed))
        owner?.ended(self, gone)
        state.update { state in
            state.end = gone
            for socket in state.sockets { socket.shutDown() }
        }
        // What waits for others goes on a thread of its own: this one may be what they wait for.
        let thread = NativeThread(name: "plugin-end") { [self] in settle(gone) }
        if thread.isRunning { thread.detach() } else { settle(gone) }
        return gone
    }

    /// Gives back what the child held, and hands its ASYNC calls on.
    private func settle(_ gone: ProcessGone) {
        // What it had said before its end counts. The reader meets the end of the connection by itself.
        let isHeard: Void? = state.wait(microseconds: 5_000_000) { $0.isHeard ? () : nil }
        if isHeard == nil { main.shutDown() }
        let (calls, destinations) = state.update { state in
            defer {
                state.calls = [:]
                state.destinations = [:]
                state.lanes = []
                state.sockets = []
            }
            return (Array(state.calls.values), Array(state.destinations.values))
        }
        owner?.inherit(calls.filter(\.isAsync), gone)
        for destination in destinations { destination.release() }
    }

    /// What a broken connection of a process that lived means.
    private static func explain(_ killed: ProcessEnd?) -> String {
        guard let killed, killed != .signalled(SIGKILL) else { return "closed its connection to the gateway" }
        return killed.description
    }

    /// An error on one of its sockets ends it.
    func end(because error: WireError) -> ProcessGone {
        switch error {
        case .closed, .system: end(nil)
        case .broken(let what): end("wrote to the gateway's connection what is no message (\(what))")
        case .timedOut: end("did not come back from a call in time")
        case .shortage: end(nil)
        }
    }

    /// The gateway lets it go: no fault of the plugin. Lets it end by itself, for a moment.
    func finish() {
        let isFirst = state.withLock { state in
            defer { state.isEnding = true }
            return !state.isEnding
        }
        guard isFirst else { return }
        main.shutDown()
        let end = child.wait(microseconds: 2_000_000) ?? child.kill()
        Nursery.shared.ended(child)
        let gone = ProcessGone(reason: end.description)
        state.update { state in
            state.end = gone
            for socket in state.sockets { socket.shutDown() }
        }
        settle(gone)
    }
}
