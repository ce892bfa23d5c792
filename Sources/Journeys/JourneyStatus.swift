/// Where a journey is in its life. The raw value is what the API shows.
public enum JourneyStatus: String, Sendable, Hashable, CaseIterable {
    case draft, active, paused, draining, archived
    /// A run failed as a whole; `status_error` says why. Schedule and timer try again.
    case error
}

/// A call that may change a journey's status.
public enum JourneyCall: String, Sendable, Hashable, CaseIterable {
    case activate, pause, resume, drain, archive, trigger, update, delete
}

/// The status of a run.
public enum RunStatus: String, Sendable, Hashable, CaseIterable {
    case queued, running, completed, failed, cancelled

    /// Whether the run is over for good.
    public var isFinal: Bool { self != .queued && self != .running }
}

/// What started a run.
public enum RunTrigger: String, Sendable, Hashable, CaseIterable {
    case manual, schedule
    /// Waits and retries that came due; skips entry.
    case timer
}

/// The status of a member in a journey.
public enum MemberStatus: String, Sendable, Hashable, CaseIterable {
    case active, completed, exited
}
