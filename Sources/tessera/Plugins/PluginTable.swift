import Journeys

/// Plugins as a person reads them.
enum PluginTable {
    /// A row for each plugin; why one is not in use stands on a line of its own below it.
    static func plugins(_ plugins: [JSON]) -> String {
        let heads = [
            "ID", "VERSION", "STATE", "GEN", "ISOLATION", "SHA256", "CALLS", "ROWS", "FAILURES", "TIME",
        ]
        return TextTable.text(
            heads, rightAligned: [3, 6, 7, 8, 9],
            plugins.map { plugin in
                let figures = plugin["figures"] ?? .null
                let id = text(plugin["id"])
                return (
                    [
                        // A file that was refused before it could say its id has only its name.
                        id == "-" ? fileName(plugin["path"]) : id, text(plugin["version"]), text(plugin["state"]),
                        text(plugin["generation"]), text(plugin["isolation"]), short(plugin["sha256"]),
                        text(figures["calls"]), text(figures["rows"]), text(figures["failures"]),
                        time(figures["time_us"]),
                    ], plugin["reason"]?.stringValue ?? ""
                )
            })
    }

    /// The generations of one plugin, the newest first.
    static func generations(_ plugin: JSON) -> String {
        let heads = ["GEN", "VERSION", "STATE", "ISOLATION", "SHA256", "LIVE", "LOADED", "CALLS", "ROWS", "FAILURES"]
        let records = (plugin["generations"]?.arrayValue ?? []).sorted { number($0) > number($1) }
        return TextTable.text(
            heads, rightAligned: [0, 7, 8, 9],
            records.map { record in
                let figures = record["figures"] ?? .null
                return (
                    [
                        text(record["number"]), text(record["version"]), text(record["state"]),
                        text(record["isolation"]), short(record["sha256"]),
                        record["live"]?.boolValue == true ? "yes" : "no",
                        text(record["loaded_at"]), text(figures["calls"]), text(figures["rows"]),
                        text(figures["failures"]),
                    ], record["reason"]?.stringValue ?? ""
                )
            })
    }

    private static func number(_ record: JSON) -> Int64 { record["number"]?.integerValue ?? 0 }

    private static func text(_ json: JSON?) -> String {
        if let text = json?.stringValue { return text.isEmpty ? "-" : text }
        return json?.integerValue.map { String($0) } ?? "-"
    }

    private static func fileName(_ json: JSON?) -> String {
        json?.stringValue?.split(separator: "/").last.map(String.init) ?? "-"
    }

    private static func short(_ json: JSON?) -> String {
        let text = text(json)
        return String(text.prefix(12))
    }

    /// Time spent in calls: `850us`, `12.3ms`, `4.56s`.
    private static func time(_ json: JSON?) -> String {
        guard let microseconds = json?.integerValue else { return "-" }
        switch microseconds {
        case ..<1000: return "\(microseconds)us"
        case ..<1_000_000: return "\(microseconds / 1000).\(microseconds / 100 % 10)ms"
        default:
            let hundredths = String(microseconds / 10_000 % 100)
            return "\(microseconds / 1_000_000).\(hundredths.count == 1 ? "0" : "")\(hundredths)s"
        }
    }
}
