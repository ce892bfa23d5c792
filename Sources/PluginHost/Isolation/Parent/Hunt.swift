import Platform

/// A call whose rows may be given to the plugin again, all or some.
protocol HuntTarget: AnyObject {
    /// Nobody waits for the outcomes any more.
    var isOver: Bool { get }
    /// The time of the call stands still until the next attempt.
    func pauseDeadline()
    /// Gives these rows to the plugin in that process and waits for the end of that.
    /// - Returns: the plugin's status.
    func attempt(_ rows: [UInt32], in process: RemoteProcess) throws(ProcessGone) -> Int32
    /// Those of the rows that nothing was reported of.
    func unreported(of rows: [UInt32]) -> [UInt32]
    /// The plugin dies of this row.
    func fail(_ row: UInt32, _ reason: String)
}

/// Finds the rows of which a plugin dies: the rows of a call whose process has died are given to it again, in a process of
/// the hunt's own, so that the plugin's other calls go on meanwhile. After two deaths on one batch it is halved until the
/// row to blame is alone; that one fails, all others have had their turn.
struct Hunt {
    /// Deaths in halves, none of which has survived, after which it is not the rows that are to blame.
    private static let barrenLimit = 6

    let plugin: RemotePlugin
    let target: any HuntTarget
    private var process: RemoteProcess?
    private var survived = false
    private var barren = 0
    private var poisoned = 0

    init(_ plugin: RemotePlugin, _ target: any HuntTarget) {
        self.plugin = plugin
        self.target = target
    }

    /// - Parameter rows: what was left when the first process died.
    /// - Returns: 0 when all rows had their turn; -1 when the hunt was given up and rows are left unknown.
    mutating func run(_ rows: [UInt32]) -> Int32 {
        defer { process?.finish() }
        if rows.isEmpty { return 0 }
        target.pauseDeadline()
        guard let first = attempt(rows) else { return -1 }
        if case .returned(let status) = first { return status }
        guard case .died(let reason) = first else { return -1 }
        // The second death on one batch. It counts unless a member is found that it was the fault of.
        defer { close(reason) }
        var parts: [[UInt32]] = []
        judge(target.unreported(of: rows), reason, &parts)
        while !parts.isEmpty {
            guard let end = attempt(parts.removeFirst(), of: &parts) else { return -1 }
            switch end {
            case .returned: survived = true
            case .died(let reason):
                if !survived { barren += 1 }
                if barren >= Self.barrenLimit {
                    plugin.quarantine("it dies of every batch; the last time it \(reason)")
                    return -1
                }
            }
        }
        return 0
    }

    /// Settles what the deaths of this batch were worth.
    private func close(_ reason: String) {
        if poisoned > 0 {
            plugin.explain(deaths: 1, members: poisoned)
        } else {
            plugin.count(reason)
        }
    }

    /// What is to be done about rows that the plugin died of: a single one is to blame, unless nothing has ever shown that
    /// the plugin is good; more are halved.
    private mutating func judge(_ rows: [UInt32], _ reason: String, _ parts: inout [[UInt32]]) {
        guard let first = rows.first else { return }
        if rows.count > 1 {
            parts.append(Array(rows[..<(rows.count / 2)]))
            parts.append(Array(rows[(rows.count / 2)...]))
        } else if survived || plugin.hasWorked.load(ordering: .relaxed) {
            target.fail(first, reason)
            poisoned += 1
        } else {
            // Others first: if they survive, it is to blame after all.
            parts.append(rows)
        }
    }

    private mutating func attempt(_ rows: [UInt32], of parts: inout [[UInt32]]) -> End? {
        let end = attempt(rows)
        if case .died(let reason) = end { judge(target.unreported(of: rows), reason, &parts) }
        return end
    }

    private enum End {
        case returned(Int32)
        case died(String)
    }

    /// Nil when the hunt is over: nobody waits any more, or no process is to be had.
    private mutating func attempt(_ rows: [UInt32]) -> End? {
        guard !target.isOver, plugin.quarantineReason == nil else { return nil }
        let process: RemoteProcess
        if let present = self.process {
            process = present
        } else {
            do throws(ProcessGone) { process = try plugin.fresh() } catch { return nil }
            self.process = process
        }
        do throws(ProcessGone) {
            return .returned(try target.attempt(rows, in: process))
        } catch {
            self.process = nil
            plugin.log("the plugin \(error.reason) again, with \(rows.count) of the members")
            return .died(error.reason)
        }
    }
}
