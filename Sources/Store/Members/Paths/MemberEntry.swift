/// One stay of a member in its journey, with its way through the tiles.
public struct MemberEntry: Sendable, Equatable {
    /// A tile on the way.
    public struct Step: Sendable, Equatable {
        /// The tile's number.
        public var tile: Int32
        public var arrivedAt: Int64
        /// Nil: it is there still.
        public var leftAt: Int64?
        /// By which it left; nil when by none: it is there still, the journey ended there, or it left with a reason.
        public var branch: String?
        /// Times that the tile was called for it; waits are not counted, and 0 is who was let pass.
        public var attempts: Int32
        /// Nil when it is not known: of the last step only, which is not in the path yet.
        public var plugin: String?
        /// The plugin's generation that had it last there; 0 for none.
        public var generation: Int32
    }

    /// 1, 2 …
    public var entry: Int32
    public var status: MemberStatus
    public var reason: ExitReason
    public var enteredAt: Int64
    public var leftAt: Int64?
    /// Nil when the journey keeps no paths, or kept none when the member entered or moved.
    public var path: [Step]?
}

/// A member as it is, and how it came there.
public struct MemberHistory: Sendable {
    /// One row, with its error.
    public var rows: MemberRows
    public var present: MemberEntry
    /// The newest first.
    public var past: [MemberEntry]
}
