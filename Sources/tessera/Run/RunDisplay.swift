import Journeys
import Platform

/// Shows how a run goes: on a terminal one line with a bar, which is written over; else a line each time that there is news, at
/// most one a second but for changes of its status.
struct RunDisplay {
    private let isQuiet: Bool
    private let isTerminal = Terminal.isTerminal
    private let begun = SystemClock.uptime()
    private var shown: Int64 = .min
    private var status = ""

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    mutating func show(_ run: JSON) {
        guard !isQuiet, let status = run["status"]?.stringValue else { return }
        let now = SystemClock.uptime()
        if isTerminal { return Terminal.overwrite(Self.bar(run) + Self.line(run) + " \((now - begun) / 1_000_000)s") }
        guard status != self.status || now - shown >= 1_000_000 else { return }
        (self.status, shown) = (status, now)
        Terminal.print(Self.line(run))
    }

    /// Leaves the last line standing.
    func finish() { if isTerminal, !isQuiet { Terminal.print("") } }

    /// Empty while it is not known how much there is to do.
    static func bar(_ run: JSON) -> String {
        let width = 24
        var share: Double?
        if let read = run["rows"]?["read"]?.doubleValue, let total = run["rows"]?["total"]?.doubleValue {
            share = total > 0 ? min(read / total, 1) : 1
        }
        if run["status"] == "completed" { share = 1 }
        guard let share else { return "" }
        let filled = Int(share * Double(width))
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
            + "] \(Int(share * 100))% "
    }

    static func line(_ run: JSON) -> String {
        var text = run["status"]?.stringValue ?? ""
        for name in ["entered", "moved", "waiting", "completed", "exited", "failed", "delivered", "skipped"] {
            let count = run["counts"]?[name]?.integerValue ?? 0
            // What is always there, and what is not nothing.
            if count > 0 || name == "entered" || name == "moved" { text += " \(name)=\(count)" }
        }
        if let read = run["rows"]?["read"]?.integerValue {
            text += " rows=\(read)" + (run["rows"]?["total"]?.integerValue.map { "/\($0)" } ?? "")
        }
        if let error = run["error"]?.stringValue, !error.isEmpty { text += ": \(error)" }
        return text
    }
}
