/// Why a text is no cron expression.
public struct CronError: Error, Sendable, Hashable {
    /// A sentence for people that names the field.
    public var message: String

    public init(message: String) { self.message = message }
}

extension CronError: CustomStringConvertible {
    public var description: String { message }
}
