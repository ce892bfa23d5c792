import Journeys

/// The report of a simulation as a person reads it.
enum SimulationText {
    static func text(_ report: JSON, deliveries: [JSON]) -> String {
        var parts = ["\(string(report["from"])) to \(string(report["to"])): \(number(report["runs"])) runs"]
        if report["member"] != nil {
            parts.append(path(report))
        } else {
            parts += [tiles(report), days(report), totals(report)]
        }
        if !deliveries.isEmpty, report["member"] == nil { parts.append(sent(deliveries, report)) }
        parts += (report["assumed"]?.arrayValue ?? []).map { "assumed: \(string($0))" }
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static let figures = ["entered", "left", "delivered", "failed"]

    private static func tiles(_ report: JSON) -> String {
        let tiles = (report["tiles"]?.objectValue ?? [:]).sorted { $0.key < $1.key }
        return TextTable.text(
            ["TILE"] + figures.map { $0.uppercased() } + ["BRANCHES"], rightAligned: [1, 2, 3, 4],
            tiles.map { id, tile in
                let branches = (tile["branches"]?.objectValue ?? [:]).sorted { $0.key < $1.key }
                    .map { "\($0.key) \($0.value.integerValue ?? 0)" }
                return ([id] + figures.map { number(tile[$0]) } + [branches.joined(separator: ", ")], "")
            })
    }

    /// Days on which somebody entered or was sent something.
    private static func days(_ report: JSON) -> String {
        var days: [String: (delivered: Int64, failed: Int64, tiles: [String])] = [:]
        for (id, tile) in (report["tiles"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            for day in tile["days"]?.arrayValue ?? [] {
                let (delivered, failed) = (day["delivered"]?.integerValue ?? 0, day["failed"]?.integerValue ?? 0)
                guard delivered > 0 || failed > 0 else { continue }
                var sum = days[string(day["date"])] ?? (0, 0, [])
                sum.delivered += delivered
                sum.failed += failed
                sum.tiles.append("\(id) \(delivered)")
                days[string(day["date"])] = sum
            }
        }
        if days.isEmpty { return "" }
        return TextTable.text(
            ["DAY", "DELIVERED", "FAILED", "BY"], rightAligned: [1, 2],
            days.sorted { $0.key < $1.key }.map { date, sum in
                ([date, "\(sum.delivered)", "\(sum.failed)", sum.tiles.joined(separator: ", ")], "")
            })
    }

    private static func totals(_ report: JSON) -> String {
        let totals = report["totals"]
        return ["entered", "completed", "exited", "failed", "delivered", "active"]
            .map { "\($0) \(number(totals?[$0]))" }.joined(separator: ", ")
    }

    private static func sent(_ deliveries: [JSON], _ report: JSON) -> String {
        TextTable.text(
            ["AT", "TILE", "MEMBER", "PAYLOAD"], rightAligned: [],
            deliveries.map { ([string($0["at"]), string($0["tile"]), string($0["member"]), short($0["payload"])], "") })
            + "\n\(deliveries.count) of \(number(report["deliveries_total"])) deliveries; --out FILE has all"
    }

    private static func path(_ report: JSON) -> String {
        var lines: [(cells: [String], note: String)] = []
        for step in report["path"]?.arrayValue ?? [] {
            var notes: [String] = []
            for name in ["waits_until", "tried_again_at"] where step[name] != nil && step["left_at"] == nil {
                notes.append("\(name.replacing("_", with: " ")) \(string(step[name]))")
            }
            if let reason = step["reason"] { notes += because(reason) }
            if let delivery = step["delivery"] { notes.append("sent \(short(delivery["payload"]))") }
            if let error = step["error"] { notes.append("\(string(error["code"])): \(string(error["message"]))") }
            lines.append(
                (
                    [
                        string(step["arrived_at"]), string(step["tile"]), string(step["left_at"]),
                        string(step["branch"]),
                    ], notes.joined(separator: "\n")
                ))
        }
        var text = TextTable.text(["ARRIVED", "TILE", "LEFT", "BRANCH"], rightAligned: [], lines)
        for decision in report["decisions"]?.arrayValue ?? [] {
            let matches = decision["reason"]?["matches"]?.boolValue == true ? "matches" : "does not match"
            text += "\n\(string(decision["at"])) \(matches) the \(string(decision["criteria"]))"
            for line in because(decision["reason"] ?? .null) { text += "\n    \(line)" }
        }
        let reason = report["reason"]?.stringValue.map { " (\($0))" } ?? ""
        return text + "\n\nmember \(string(report["member"])): \(string(report["status"]))\(reason)"
    }

    /// What a tile or a filter said for itself.
    private static func because(_ reason: JSON) -> [String] {
        guard let conditions = reason["because"]?.arrayValue else {
            return reason["because"]?.stringValue.map { [$0] } ?? (reason == .null ? [] : [short(reason)])
        }
        return conditions.map { condition in
            let value = condition["value"].map { " \(short($0))" } ?? ""
            return
                "\(string(condition["column"])) = \(short(condition["seen"])): \(string(condition["operator"]))\(value) "
                + (condition["holds"]?.boolValue == true ? "holds" : "does not hold")
        }
    }

    private static func string(_ json: JSON?) -> String { json?.stringValue ?? "-" }
    private static func number(_ json: JSON?) -> String { "\(json?.integerValue ?? 0)" }

    private static func short(_ json: JSON?) -> String {
        let text = json?.text ?? "-"
        return text.count > 120 ? String(text.prefix(119)) + "…" : text
    }
}
