import Journeys

/// An object of a workspace as the API shows it.
public final class ObjectText: Sendable {
    /// JSON.
    public let bytes: [UInt8]
    /// With its quotes.
    public let etag: String

    public init(bytes: [UInt8], etag: String) {
        self.bytes = bytes
        self.etag = etag
    }

    public convenience init(_ json: JSON, etag: String) { self.init(bytes: json.serialized(), etag: etag) }
}

/// What kinds of objects are read by their id.
public enum ObjectKind: UInt8, Sendable {
    case apiKey, source, model, destination, journey
}
