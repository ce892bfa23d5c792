import CSockets
import Glibc
import Platform

/// An accepted socket, counted with its peer and with its reactor.
struct Arrival: Sendable {
    var descriptor: Int32
    var address: String
    var peer: Peer
    /// Why it is not served.
    var fault: HTTPFault?
}

/// What other threads ask of a reactor.
enum ReactorMessage: Sendable {
    case adopt(Arrival)
    case answer(Connection, exchange: UInt64, Response)
    case beginStream(Connection, exchange: UInt64, Response, StreamState)
    case write(Connection, exchange: UInt64, [UInt8])
    case endStream(Connection, exchange: UInt64, whole: Bool)
    case resume(Connection, exchange: UInt64)
    case refuse(Connection, exchange: UInt64, Response)
    /// Finish what is in flight, or with `now` break it off.
    case stop(now: Bool)
}

/// A reactor's queue. The eventfd is written only when the reactor sleeps: under load messages cost no system call.
final class Mailbox: Sendable {
    private struct State {
        var messages: [ReactorMessage] = []
        var isAsleep = false
        var isClosed = false
    }
    private let state = Monitor(State())
    let descriptor: Int32

    init() throws(SystemError) {
        descriptor = tessera_eventfd()
        if descriptor < 0 { throw SystemError("make an eventfd") }
    }

    deinit { close(descriptor) }

    /// False when the reactor has ended; the messages are dropped then.
    @discardableResult
    func post(_ messages: [ReactorMessage]) -> Bool {
        state.withLock { state in
            if state.isClosed { return false }
            state.messages.append(contentsOf: messages)
            if state.isAsleep {
                state.isAsleep = false
                var one: UInt64 = 1
                _ = Glibc.write(descriptor, &one, MemoryLayout<UInt64>.size)
            }
            return true
        }
    }

    /// Takes all messages into `messages`, which must be empty and whose storage goes to the queue.
    func take(into messages: inout [ReactorMessage]) {
        state.withLock { state in
            state.isAsleep = false
            if !state.messages.isEmpty { swap(&state.messages, &messages) }
        }
    }

    /// Whether the reactor may sleep: from now on a message writes the eventfd.
    func prepareToSleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.messages.isEmpty
            return state.isAsleep
        }
    }

    func acknowledge() {
        var count: UInt64 = 0
        _ = Glibc.read(descriptor, &count, MemoryLayout<UInt64>.size)
    }

    /// Takes no more; gives what was left.
    func shut() -> [ReactorMessage] {
        state.withLock { state in
            state.isClosed = true
            defer { state.messages = [] }
            return state.messages
        }
    }
}
