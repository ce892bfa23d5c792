/// Why a request's body makes no journey. Lists every fault, not only the first.
public struct JourneyInputError: Error, Sendable, Hashable {
    /// 400 when a fault is of shape (wrong JSON type, missing or unknown field), else 422.
    public var status: Int
    /// A sentence for people: the first fault and how many more there are.
    public var message: String
    public var problems: [Problem]

    public init(status: Int, message: String, problems: [Problem]) {
        self.status = status
        self.message = message
        self.problems = problems
    }
}

extension JourneyInputError: CustomStringConvertible {
    public var description: String { message }
}
