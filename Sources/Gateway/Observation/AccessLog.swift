/// Which requests get a line in the log.
public enum AccessLog: String, Sendable, CaseIterable {
    case off
    /// Those whose answer is a 4xx or 5xx.
    case errors
    /// All of them; probes and scrapes that went well only at level `debug`.
    case all
}
