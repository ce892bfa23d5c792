import Journeys

/// A destination as it stands in the store, ready to be opened.
public struct DestinationSnapshot: Sendable, Hashable {
    public var id: String
    public var workspaceID: String
    public var name: String
    /// The connector type.
    public var type: String
    /// With the secrets, opened, in their places. Never logged.
    public var config: JSON
    /// Changes whenever name, type, config or a secret does; `updated_at` in microseconds will do.
    public var version: Int64

    public init(id: String, workspaceID: String, name: String, type: String, config: JSON, version: Int64) {
        self.id = id
        self.workspaceID = workspaceID
        self.name = name
        self.type = type
        self.config = config
        self.version = version
    }
}

/// What a source answers about a destination.
public enum DestinationLookup: Sendable {
    /// There is none of that id in that workspace.
    case unknown
    /// It still has the version that the asker knows: secrets need not be opened again.
    case unchanged
    case found(DestinationSnapshot)
}

/// Where destinations come from: the control database. Keeps this room free of the store.
public protocol DestinationSource: AnyObject, Sendable {
    /// Asked on each acquire, from threads of plugins: a look at the version must be cheap.
    /// - Parameter knownVersion: answer `unchanged` when it is still that.
    func destination(_ id: String, workspaceID: String, knownVersion: Int64?) throws -> DestinationLookup
}
