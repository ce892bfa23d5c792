/// What a JSON text may have. Checked byte by byte, before anything is made of what is too much.
public struct JSONLimits: Sendable, Hashable {
    /// Arrays and objects within one another.
    public var depth = 64
    /// Arrays and objects in all.
    public var containers = Int.max
    /// Members of all objects together.
    public var members = Int.max
    /// Whether an object may have a key twice; the last value counts then. Two readers of one text may take different
    /// values, so that what a caller sends must not depend on it.
    public var allowsRepeatedKeys = true

    public init(depth: Int = 64) { self.depth = depth }

    /// For what callers send. The largest filter tree, of two containers and four members a node, and a journey around it
    /// stay below.
    public static func caller(depth: Int = 64, filterNodes: Int = FilterTree.maxNodes) -> JSONLimits {
        var limits = JSONLimits(depth: depth)
        limits.containers = 5_000 + 2 * filterNodes
        limits.members = 10_000 + 4 * filterNodes
        limits.allowsRepeatedKeys = false
        return limits
    }
}
