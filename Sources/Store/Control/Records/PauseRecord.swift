import Journeys

/// A pause of a journey that is over, and that its members' waits have not been told of yet.
public struct PauseRecord: Sendable, Hashable {
    /// Later pauses have greater numbers; none is given twice.
    public var number: Int64
    public var pausedAt: Int64
    public var resumedAt: Int64
    public var clock: PauseClock

    public init(number: Int64, pausedAt: Int64, resumedAt: Int64, clock: PauseClock) {
        self.number = number
        self.pausedAt = pausedAt
        self.resumedAt = resumedAt
        self.clock = clock
    }
}
