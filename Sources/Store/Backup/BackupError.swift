/// Why there is no backup, or why one is not restored; a sentence that names the remedy.
public struct BackupError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
