/// What a frame between the gateway and a plugin's process says. Both ends are of one build: the numbers are no contract.
enum FrameKind: UInt16, Sendable {
    // The gateway to the child, on the main socket.
    /// The first frame: limits and the file. Answered by `described` or `refused`.
    case begin = 1
    /// A socket for calls, passed beside it.
    case lane
    /// The answer to the child's request of the same id.
    case reply

    // The gateway to the child, on a lane. Each is answered by `result`.
    case start
    case retire
    case openTile
    case openConnector
    case close
    case run
    case build
    case classify
    case probe
    /// The lane's memory for batches, written by the gateway, passed beside it. Not answered.
    case input
    /// The lane's memory for outcomes, written by the child, passed beside it. Not answered.
    case output

    // The child to the gateway, on a lane.
    case result
    /// One HTTP request of a `build`, before its result.
    case request
    /// One step of a `probe`, before its result.
    case step

    // The child to the gateway, on either; `id` is the call's.
    case outcomes
    case record

    // The child to the gateway, on the main socket.
    case described
    case refused
    case log
    /// An ASYNC call has called `done`.
    case done
    /// Requests: answered by `reply` with the same id.
    case now
    case isCancelled
    case setting
    case acquireDestination
    case releaseDestination
    case buildForDestination
    case classifyForDestination
    case acquireDelivery
    case settleDelivery
    case disableDestination
}

/// Why the other end can't be talked to any more.
enum WireError: Error, Sendable, Hashable, CustomStringConvertible {
    /// It closed its end: it has ended.
    case closed
    /// It sent something that is no frame, or a frame that makes no sense. The text says what.
    case broken(String)
    /// A system call failed, with this errno.
    case system(Int32)
    /// It did not answer in time.
    case timedOut
    /// This process has no memory or descriptors to talk with, with this errno. The other end is well.
    case shortage(Int32)

    var description: String {
        switch self {
        case .closed: "it closed the connection"
        case .broken(let what): "it sent a broken frame: \(what)"
        case .system(let code): "the connection failed with error \(code)"
        case .timedOut: "it did not answer in time"
        case .shortage(let code): "there is nothing left to talk with (error \(code))"
        }
    }
}
