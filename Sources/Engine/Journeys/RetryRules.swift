import Journeys

/// What `retry` in the config of a tile with side effects says to the engine; the plugin never sees it.
///
/// `{"attempts": 8, "window": {"duration": 24, "unit": "hours"}, "first_pause": {"duration": 1, "unit": "seconds"},
/// "longest_pause": {"duration": 1, "unit": "hours"}}`: each may be left out, and is then as shown. Pauses are each five times
/// the one before.
enum RetryRules {
    /// The policy with what the config says, and what is wrong with that.
    static func policy(_ config: JSON, _ standard: RetryPolicy, problems: inout [Problem]) -> RetryPolicy {
        guard let given = config["retry"], given != .null else { return standard }
        guard case .object(let members) = given else {
            problems.append(Problem(pointer: "/retry", message: "must be an object, or left out"))
            return standard
        }
        var policy = standard
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            switch name {
            case "attempts":
                if let attempts = value.integerValue, (1...50).contains(attempts) {
                    policy.attempts = Int32(attempts)
                } else {
                    problems.append(
                        Problem(pointer: "/retry/attempts", message: "must be a whole number from 1 to 50"))
                }
            case "window": policy.window = duration(value, name, upTo: 30 * 86_400, &problems) ?? policy.window
            case "first_pause":
                policy.firstPause = duration(value, name, upTo: 86_400, &problems) ?? policy.firstPause
            case "longest_pause":
                policy.longestPause = duration(value, name, upTo: 7 * 86_400, &problems) ?? policy.longestPause
            default:
                problems.append(
                    Problem(
                        pointer: JSON.pointer("retry", .key(name)),
                        message: "unknown field: use attempts, window, first_pause and longest_pause"))
            }
        }
        if policy.firstPause > policy.longestPause {
            problems.append(
                Problem(
                    pointer: "/retry/first_pause",
                    message: "must not be longer than longest_pause, which is an hour "
                        + "unless you set it"))
        }
        return policy
    }

    /// - Parameter most: seconds.
    private static func duration(_ value: JSON, _ name: String, upTo most: Int64, _ problems: inout [Problem]) -> Int64?
    {
        if let time = ConfigDuration.microseconds(value), time >= 1_000_000, time <= most * 1_000_000 { return time }
        problems.append(
            Problem(
                pointer: JSON.pointer("retry", .key(name)),
                message:
                    "must be like {\"duration\": 30, \"unit\": \"seconds\"}, from a second to \(most / 86_400) days"))
        return nil
    }
}

/// What the engine keeps to at one tile.
struct TileRules: Sendable {
    var policy: RetryPolicy
    /// The destination that the tile's config names; nil for tiles that name none.
    var destinationID: String?
}
