import Platform

/// Files that the watcher saw closed by their writer, or put in place whole, as they are now. They spare a wait where the
/// kernel grants the gateway no lease, such as on files of root's when it runs as another user. Any thread.
public final class FinishedFiles: Sendable {
    private let signatures = Monitor<[String: FileSignature]>([:])

    public init() {}

    /// Notes the file as it is: an event told of it. One that is gone by now is forgotten.
    func note(_ path: String) {
        let signature = FileSignature(path: path)
        signatures.update { $0[path] = signature }
    }

    /// Whether it was finished, and nothing has changed since. That nobody has opened it anew only a lease could tell; what
    /// he writes then shows as a change.
    func contains(_ path: String, as signature: FileSignature) -> Bool {
        signatures.withLock { $0[path] == signature }
    }
}
