/// A setting that can't be used: which one, where it was given, and the remedy.
public struct SettingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What follows the setting's name, or a whole sentence.
    public var message: String
    public init(_ message: String) { self.message = message }
    public var description: String { message }
}
