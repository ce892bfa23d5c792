/// "Did you mean": names that a mistyped one is close to.
public enum NearNames {
    /// Up to three names within a third of the text's length (at least two) of edits, nearest first. ASCII case
    /// does not count.
    public static func find(_ name: String, among names: [String]) -> [String] {
        let wanted = ASCIICase.lowered(name.utf8.prefix(100))
        let limit = max(2, wanted.count / 3)
        return names.compactMap { candidate -> (distance: Int, name: String)? in
            let distance = distance(wanted, ASCIICase.lowered(candidate.utf8.prefix(100)))
            return distance <= limit ? (distance, candidate) : nil
        }
        .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
        .prefix(3).map(\.name)
    }

    /// `: did you mean 'email' or 'mail'?`, or what there is when nothing is near: `: it has age, email, name`.
    public static func phrase(for name: String, among names: [String]) -> String {
        let near = find(name, among: names)
        if !near.isEmpty { return ": did you mean " + near.map { "'\($0)'" }.joined(separator: " or ") + "?" }
        if names.isEmpty { return ": it has none" }
        let shown = names.prefix(10).joined(separator: ", ")
        return ": it has \(shown)\(names.count > 10 ? " and \(names.count - 10) more" : "")"
    }

    /// What to do about a field that nobody knows: `did you mean 'name'? Else remove it`, or `remove it`.
    public static func remedy(forUnknown name: String, among known: Set<String>) -> String {
        // Of two letters everything is near.
        let near = name.utf8.count < 3 ? [] : find(name, among: known.sorted())
        return near.first.map { "did you mean '\($0)'? Else remove it" } ?? "remove it"
    }

    /// Levenshtein distance in bytes.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a.isEmpty { return b.count }
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
                diagonal = above
            }
        }
        return row[b.count]
    }
}
