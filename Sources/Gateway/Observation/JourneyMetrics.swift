import Engine
import Journeys
import Store

/// Runs, and members by where they are, in `/metrics`. All of it is counters that runs keep: nothing is counted for it.
enum JourneyMetrics {
    static func append(_ rooms: Rooms, _ text: inout String) {
        runs(rooms.engine, &text)
        members(rooms, &text)
    }

    private static func runs(_ engine: Engine, _ text: inout String) {
        let (figures, running, queued) = engine.runFigures
        MetricsText.metric(
            "tessera_runs", "gauge", "Runs that go on and that wait",
            [("{status=\"running\"}", running), ("{status=\"queued\"}", queued)], &text)
        let statuses = RunStatus.allCases.filter(\.isFinal)
        MetricsText.metric(
            "tessera_runs_ended_total", "counter", "Runs that ended, by status and trigger",
            statuses.flatMap { status in
                RunTrigger.allCases.map { trigger in
                    (
                        MetricsText.labels([("status", status.rawValue), ("trigger", trigger.rawValue)]),
                        figures.ended[RunFigures.Kind(status: status, trigger: trigger)] ?? 0
                    )
                }
            }, &text)
        MetricsText.histogram(
            "tessera_run_duration_seconds", "From a run's start to its end", bounds: RunFigures.bounds,
            [MetricsText.Histogram(counts: figures.buckets, sum: figures.seconds)], &text)
        MetricsText.metric(
            "tessera_run_members_total", "counter", "What runs counted, at their ends",
            figures.counts.byName.map { (MetricsText.labels([("count", $0.name)]), $0.count) }, &text)
    }

    /// Of the oldest journeys, as many as the settings say; `tessera_journeys_not_shown` says how many are left out.
    private static func members(_ rooms: Rooms, _ text: inout String) {
        let (maxJourneys, maxTiles) = (rooms.limits.metricsJourneys, rooms.limits.metricsTiles)
        let live: Set<JourneyStatus> = [.active, .paused, .draining, .error]
        let heads = (try? rooms.control.read { try $0.journeyHeads(status: live) }) ?? []
        MetricsText.metric(
            "tessera_journeys", "gauge", "Live journeys",
            live.sorted { $0.rawValue < $1.rawValue }.map { status in
                (MetricsText.labels([("status", status.rawValue)]), heads.count { $0.status == status })
            }, &text)
        rooms.knownStats.keep(Set(heads.prefix(maxJourneys).map(\.id)))
        var samples: [(labels: String, value: Int)] = []
        var shown = 0
        var tiles = 0
        for head in heads.prefix(maxJourneys) {
            guard tiles < maxTiles,
                let stats = try? rooms.knownStats.stats(of: head.id, workspaceID: head.workspaceID, rooms.members)
            else { continue }
            shown += 1
            for tile in stats.tiles.prefix(maxTiles - tiles) {
                tiles += 1
                let labels = [("workspace", head.workspaceID), ("journey", head.id), ("tile", tile.tileID)]
                for (status, count) in [
                    ("active", tile.active), ("completed", tile.completed), ("exited", tile.exited),
                    ("failed", tile.failed),
                ] { samples.append((MetricsText.labels(labels + [("status", status)]), count)) }
            }
        }
        MetricsText.metric(
            "tessera_members", "gauge",
            "Members of live journeys by the tile where they are or ended; failed are part of active", samples, &text)
        let left = tiles < maxTiles ? max(0, heads.count - maxJourneys) : heads.count - shown
        MetricsText.metric(
            "tessera_journeys_not_shown", "gauge", "Live journeys that are too many for tessera_members", [("", left)],
            &text)
    }
}
