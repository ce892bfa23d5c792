import Synchronization

/// What a server has done since its start.
public struct ServerFigures: Sendable, Equatable {
    /// Open connections.
    public var connections = 0
    /// Connections accepted, those refused for their number included.
    public var accepted = 0
    /// Connections refused because there were too many.
    public var refused = 0
    /// Requests, those included that the server itself refused.
    public var requests = 0

    public init() {}
}

/// One reactor's counters: written by its thread and the listener's, read by any.
final class ReactorFigures: Sendable {
    let connections = Atomic<Int>(0)
    let accepted = Atomic<Int>(0)
    let refused = Atomic<Int>(0)
    let requests = Atomic<Int>(0)
}
