/// What all steps have in common that leave one tile by one branch under one plugin generation. Its text is stored once for a
/// journey, a step has its number: an old path is right after an edit too, whatever has become of the tile and its branches.
public struct StepKind: Sendable, Equatable {
    /// The tile's number.
    public var tile: Int32
    /// Nil when it was left by none: the tile has none, or an edit has taken it away.
    public var branch: String?
    /// The plugin whose generation it is; "" for generation 0.
    public var plugin: String
    /// 0 when no plugin had the member there.
    public var generation: Int32

    public init(tile: Int32, branch: String?, plugin: String, generation: Int32) {
        self.tile = tile
        self.branch = branch
        self.plugin = plugin
        self.generation = generation
    }

    public static func == (a: StepKind, b: StepKind) -> Bool {
        func same(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
        guard a.tile == b.tile, a.generation == b.generation, same(a.plugin, b.plugin) else { return false }
        switch (a.branch, b.branch) {
        case (nil, nil): return true
        case (let a?, let b?): return same(a, b)
        default: return false
        }
    }
}
