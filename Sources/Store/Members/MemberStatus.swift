/// Whether a member is still inside its journey. Raw values are stored.
public enum MemberStatus: UInt8, Sendable, CaseIterable {
    case active = 0
    case completed = 1
    case exited = 2

    /// The word of the API.
    public var name: String {
        switch self {
        case .active: "active"
        case .completed: "completed"
        case .exited: "exited"
        }
    }

    public init?(name: String) {
        guard let status = Self.allCases.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return nil }
        self = status
    }
}

/// What an active member does at its tile. Raw values are stored, and stand in the predicates of indexes.
public enum MemberState: UInt8, Sendable, CaseIterable {
    /// Nothing: it moves on as soon as it is looked at.
    case none = 0
    /// In a wait until `wake`.
    case waiting = 1
    /// Its last attempt failed; the next is at `wake`.
    case retry = 2
    /// Out of attempts, or refused for good: stays with its error until a person decides. Counted as `failed`.
    case parked = 3
    /// Its arrival at a tile with side effects is committed, the outcome is not.
    case arrived = 4
}

/// A set of states, to ask for the members in one of them.
public struct MemberStates: OptionSet, Sendable {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public init(_ states: MemberState...) { rawValue = states.reduce(0) { $0 | 1 << Int64($1.rawValue) } }
    public static let all = MemberStates(.none, .waiting, .retry, .parked, .arrived)
}

/// Why a member has left (or, for `finished`, completed) its journey. Raw values are stored: never give one a new meaning.
public enum ExitReason: UInt8, Sendable, CaseIterable {
    /// Still inside, or completed at the end of its path.
    case none = 0
    case exitCriteria = 1
    case archived = 2
    case removed = 3
    case tileRemoved = 4
    case notInModel = 5
    /// An exit tile.
    case exitTile = 6

    /// The word of the API; nil for `none`.
    public var name: String? {
        switch self {
        case .none: nil
        case .exitCriteria: "exit_criteria"
        case .archived: "archived"
        case .removed: "removed"
        case .tileRemoved: "tile_removed"
        case .notInModel: "not_in_model"
        case .exitTile: "exit_tile"
        }
    }
}
