import Journeys

/// What the config of an entry tile says to the engine; the plugin never sees these fields (DESIGN.md 3, "Config").
///
/// `"reentry": {"after": {"duration": 30, "unit": "days"}, "max_entries": 3}` lets members enter again once they have left;
/// `after` is the least time since they left (default none), `max_entries` counts all entries (default unlimited).
/// `"advance": "on_run"` (default) moves waiting members on a run, `"when_due"` starts a run when they are due.
/// `"pause_clock"` says what a pause means for waits (`PauseClock`).
/// `"path": false` keeps no record of the way that members take (default true).
struct EntryRules: Sendable, Hashable {
    struct Reentry: Sendable, Hashable {
        /// Microseconds since the member left.
        var minimumGap: Int64
        /// Entries at most; nil for no limit.
        var maximum: Int32?
    }

    var reentry: Reentry?
    var movesWhenDue = false
    var keepsPaths = true
    var pauseClock = PauseClock.keepCounting

    /// Reads the engine's fields of an entry tile's config and appends what is wrong with them.
    init() {}

    init(config: JSON, problems: inout [Problem]) {
        switch config["advance"] {
        case nil, .some(.null), .some(.string("on_run")): break
        case .some(.string("when_due")): movesWhenDue = true
        default:
            problems.append(Problem(pointer: "/advance", message: "must be \"on_run\" or \"when_due\""))
        }
        switch config["path"] {
        case nil, .some(.null), .some(.bool(true)): break
        case .some(.bool(false)): keepsPaths = false
        default: problems.append(Problem(pointer: "/path", message: "must be true or false"))
        }
        switch config["pause_clock"] {
        case nil, .some(.null): break
        case .some(let given):
            if let clock = given.stringValue.flatMap(PauseClock.init(rawValue:)) {
                pauseClock = clock
            } else {
                problems.append(
                    Problem(
                        pointer: "/pause_clock",
                        message: "must be \"keep_counting\", \"restart\" or \"while_active\""))
            }
        }
        guard let given = config["reentry"], given != .null, given != .bool(false) else { return }
        guard case .object(let members) = given else {
            problems.append(Problem(pointer: "/reentry", message: "must be an object, or left out"))
            return
        }
        var rules = Reentry(minimumGap: 0, maximum: nil)
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            switch name {
            case "after":
                if let gap = ConfigDuration.microseconds(value) {
                    rules.minimumGap = gap
                } else {
                    problems.append(
                        Problem(
                            pointer: "/reentry/after",
                            message: "must be like {\"duration\": 30, \"unit\": \"days\"}, a whole number from 0"))
                }
            case "max_entries":
                if let maximum = value.integerValue, maximum >= 1, maximum <= 1_000_000 {
                    rules.maximum = Int32(maximum)
                } else {
                    problems.append(
                        Problem(pointer: "/reentry/max_entries", message: "must be a whole number from 1 to 1000000"))
                }
            default:
                problems.append(
                    Problem(
                        pointer: JSON.pointer("reentry", .key(name)),
                        message: "unknown field: use after and max_entries"))
            }
        }
        reentry = rules
    }

    /// Whether a member who left may enter again.
    func mayReenter(entry: Int32, leftAt: Int64, now: Int64) -> Bool {
        guard let reentry else { return false }
        if let maximum = reentry.maximum, entry >= maximum { return false }
        return now - leftAt >= reentry.minimumGap
    }
}
