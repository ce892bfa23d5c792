/// What the member store refuses of itself; what SQLite refuses is a `SQLiteError` behind `any Error`.
public enum MemberStoreError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The file was written by a later release.
    case newerFile(path: String, version: Int, known: Int)
    /// `close` was called.
    case closed
    /// Not a UUID, so no file name is made of it.
    case badWorkspaceID(String)

    public var description: String {
        switch self {
        case .newerFile(let path, let version, let known):
            "\(path) has schema \(version), this gateway knows \(known): run the release that wrote it, or a later one"
        case .badWorkspaceID(let id):
            "workspace id '\(id)' is not a UUID: ask with the id that the workspace was created with"
        case .closed: "the member store is closed"
        }
    }
}
