/// What a pause of the journey means for the waits of its members. The raw value is what the entry tile's config says.
public enum PauseClock: String, Sendable, Hashable, CaseIterable {
    /// Waits go on.
    case keepCounting = "keep_counting"
    /// Waits that were not over begin anew when the journey goes on.
    case restart
    /// The time paused does not count.
    case whileActive = "while_active"
}
