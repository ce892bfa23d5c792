/// A workspace: everything but server keys and plugins lives in one.
public struct WorkspaceRecord: Sendable, Hashable {
    public var id: String
    public var name: String
    public var createdAt: Int64

    public init(id: String, name: String, createdAt: Int64) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
    }

    public var etag: String { "\"1.0\"" }
}
