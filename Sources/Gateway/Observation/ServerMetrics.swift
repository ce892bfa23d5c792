import Platform
import Store

/// Requests by route, queues, databases and the process, in `/metrics`.
enum ServerMetrics {
    static func append(_ rooms: Rooms, _ text: inout String) {
        requests(rooms.requests, &text)
        queues(rooms, &text)
        databases(rooms, &text)
        process(rooms, &text)
    }

    /// Only routes and statuses that there were: the table of routes bounds how many there can be.
    private static func requests(_ figures: RequestFigures, _ text: inout String) {
        var counts: [(labels: String, value: Int)] = []
        var durations: [MetricsText.Histogram] = []
        for (method, pattern, counters) in figures.routes {
            let labels = [("method", method), ("route", pattern)]
            for (index, status) in (RequestFigures.statuses.map(String.init) + ["other"]).enumerated() {
                let count = counters.statuses[index].load(ordering: .relaxed)
                if count > 0 { counts.append((MetricsText.labels(labels + [("status", status)]), count)) }
            }
            let buckets = (0...RequestFigures.bounds.count).map { counters.buckets[$0].load(ordering: .relaxed) }
            guard buckets.contains(where: { $0 > 0 }) else { continue }
            durations.append(
                MetricsText.Histogram(
                    labels: labels, counts: buckets,
                    sum: Double(counters.microseconds.load(ordering: .relaxed)) / 1_000_000))
        }
        MetricsText.metric(
            "tessera_http_responses_total", "counter",
            "Requests that ended, by route and status; without a route what found none, 499 for callers who left",
            counts,
            &text)
        MetricsText.histogram(
            "tessera_http_request_duration_seconds", "From the end of a request's head to the end of its answer",
            bounds: RequestFigures.bounds.map { Double($0) / 1_000_000 }, durations, &text)
    }

    private static func queues(_ rooms: Rooms, _ text: inout String) {
        let runs = rooms.engine.runFigures
        var depths = rooms.pools.withLock { $0 }.map { ($0.name, $0.pool.waiting) }
        depths += [("control_writes", rooms.control.waitingWrites), ("runs", runs.queued)]
        MetricsText.metric(
            "tessera_queue_depth", "gauge",
            "What waits: calls for a thread, writes for their commit, runs for a thread",
            depths.map { (MetricsText.labels([("queue", $0.0)]), $0.1) }, &text)
        let work = [
            ("runs", runs.running), ("uploads", rooms.uploads.count), ("simulations", rooms.simulations.count),
            ("event_streams", rooms.events.watchers),
        ]
        MetricsText.metric(
            "tessera_at_work", "gauge", "What goes on now",
            work.map { (MetricsText.labels([("kind", $0.0)]), $0.1) }, &text)
    }

    private static func databases(_ rooms: Rooms, _ text: inout String) {
        let all = [("control", CommitFigures.control), ("members", CommitFigures.members)]
        MetricsText.histogram(
            "tessera_database_commit_seconds", "How long commits took",
            bounds: CommitFigures.bounds.map { Double($0) / 1_000_000 },
            all.map { name, figures in
                MetricsText.Histogram(
                    labels: [("database", name)], counts: figures.counts, sum: Double(figures.microseconds) / 1_000_000)
            }, &text)
        MetricsText.metric(
            "tessera_database_cache_pages_total", "counter",
            "Pages that writers found in their caches, and that they read",
            all.flatMap { name, figures in
                [("hit", figures.cache.hits), ("miss", figures.cache.misses)].map {
                    (MetricsText.labels([("database", name), ("result", $0.0)]), $0.1)
                }
            }, &text)
        let logs = (try? Files.list(rooms.dataDirectory + "/members")) ?? []
        let members = logs.filter { $0.hasSuffix("-wal") }
            .reduce(0) { $0 + (Files.size(rooms.dataDirectory + "/members/" + $1) ?? 0) }
        MetricsText.metric(
            "tessera_database_wal_bytes", "gauge", "Size of the write-ahead logs",
            [
                (
                    MetricsText.labels([("database", "control")]),
                    Files.size(rooms.dataDirectory + "/control.db-wal") ?? 0
                ),
                (MetricsText.labels([("database", "members")]), members),
            ], &text)
    }

    /// Under the names that Prometheus' own libraries use.
    private static func process(_ rooms: Rooms, _ text: inout String) {
        let figures = ProcessFigures()
        func gauge(_ name: String, _ help: String, _ value: (some CustomStringConvertible)?) {
            if let value { MetricsText.metric("process_" + name, "gauge", help, [("", value)], &text) }
        }
        gauge("resident_memory_bytes", "Memory in RAM", figures.residentBytes)
        gauge("virtual_memory_bytes", "Address space", figures.virtualBytes)
        gauge("open_fds", "Open file descriptors", figures.openDescriptors)
        gauge("max_fds", "File descriptors that there may be", figures.maxDescriptors)
        gauge("threads", "Threads", figures.threads)
        gauge("start_time_seconds", "When the process began, in seconds since 1970", figures.startedAt)
        if let seconds = figures.cpuSeconds {
            MetricsText.metric(
                "process_cpu_seconds_total", "counter", "Processor time, user and system", [("", seconds)], &text)
        }
        MetricsText.metric(
            "tessera_log_lines_lost_total", "counter", "Lines of the log that were dropped because nothing took them",
            [("", rooms.log.lost)], &text)
        MetricsText.metric(
            "tessera_build_info", "gauge", "1; what runs here stands in the labels",
            [(MetricsText.labels([("version", rooms.version), ("sqlite", DatabaseMemory.libraryVersion)]), 1)], &text)
    }
}
