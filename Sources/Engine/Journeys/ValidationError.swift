import Journeys

/// One reason why a journey can't run.
public struct ValidationError: Error, Sendable, Hashable {
    /// A sentence for people, whole without the other fields.
    public var message: String
    /// Where in the journey object: an RFC 6901 pointer such as `/tiles/1/config/duration`.
    public var pointer: String
    /// The tile at fault, when it is one.
    public var tileID: String?

    public init(message: String, pointer: String = "", tileID: String? = nil) {
        self.message = message
        self.pointer = pointer
        self.tileID = tileID
    }

    public var problem: Problem { Problem(pointer: pointer, message: message) }
}
