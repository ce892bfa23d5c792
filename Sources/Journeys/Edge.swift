/// A way from one tile to another.
public struct Edge: Sendable, Hashable {
    /// Id of the tile that it leaves.
    public var from: String
    /// Id of the tile that it leads to.
    public var to: String
    /// The branch of `from` that it stands for; nil takes one that no labelled edge has.
    public var branch: String?
    /// Members that Tessera does not know, returned as they came. A `branch` given as null is kept here as well.
    public var extra: [String: JSON]

    public init(from: String, to: String, branch: String? = nil, extra: [String: JSON] = [:]) {
        self.from = from
        self.to = to
        self.branch = branch
        self.extra = extra
    }

    /// The edge as the API shows it.
    public var json: JSON {
        var members = extra
        members["from"] = .string(from)
        members["to"] = .string(to)
        if let branch { members["branch"] = .string(branch) }
        return .object(members)
    }
}
