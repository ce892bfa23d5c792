/// A workspace: everything but server keys and plugins lives in one.
public struct WorkspaceRecord: Sendable, Hashable {
    public var id: String
    public var name: String
    public var createdAt: Int64
    public var updatedAt: Int64
    /// Counts its names, from 1.
    public var version: Int

    /// - Parameter updatedAt: nil for one that has its first name.
    public init(id: String, name: String, createdAt: Int64, updatedAt: Int64? = nil, version: Int = 1) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
        self.version = version
    }

    public var etag: String { ETag.text(version: version, statusChange: 0) }
}
