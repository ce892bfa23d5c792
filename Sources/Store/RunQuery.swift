import Journeys

/// Which runs of a journey a list shows.
public struct RunQuery: Sendable, Hashable {
    /// Empty: any.
    public var statuses: Set<RunStatus> = []
    /// Empty: any.
    public var triggers: Set<RunTrigger> = []
    /// The oldest first.
    public var isAscending = false
    /// The id of the run that stands before the first.
    public var after: String?
    public var limit = 50

    public init() {}
}
