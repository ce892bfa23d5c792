/// How large a journey may be that a caller sends.
public struct JourneyLimits: Sendable, Hashable {
    public var tiles = 500
    public var edges = 2000
    /// Groups and conditions of a filter tree. The gateway's own bound, `FilterTree.maxNodes`, is not passed.
    public var filterNodes = FilterTree.maxNodes

    public init() {}

    /// Of a journey that is stored: it was let in under the limits of its time.
    static let none: JourneyLimits = {
        var limits = JourneyLimits()
        limits.tiles = .max
        limits.edges = .max
        return limits
    }()
}
