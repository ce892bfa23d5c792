import Journeys

extension Settings {
    /// Of the HTTP server.
    static let server: [Setting] = [
        Setting(
            name: "reactors", kind: .number(0...256), placeholder: "N",
            meaning: "threads that serve connections; 0 is one for each processor but one", preset: 0
        ) { value, configuration in
            if let count = value.integerValue, count > 0 { configuration.server.reactors = Int(count) }
        },
        number("max_connections", 1...1_000_000, \.server.maxConnections, "connections in all; one more gets 503"),
        number(
            "max_connections_per_address", 1...1_000_000, \.server.maxConnectionsPerAddress,
            "connections of one address (of IPv6: of one network of 64 bits); one more gets 429"),
        number("max_header_bytes", 1024...1 << 20, \.server.maxHeaderBytes, "request line and header fields together"),
        number("max_header_count", 10...10_000, \.server.maxHeaderCount, "header fields of a request"),
        number("max_request_line_bytes", 512...1 << 20, \.server.maxRequestLineBytes, "the request line alone"),
        seconds("header_seconds", \.server.headerDeadline, "until a request's head must be there"),
        seconds(
            "body_seconds", \.server.bodyDeadline,
            "until a body must be there; of an upload, until `minimum_rate` must have been kept"),
        seconds("idle_seconds", \.server.idleTimeout, "until a connection without a request is closed"),
        seconds(
            "write_seconds", \.server.writeDeadline, "until a reader of an answer must have kept `minimum_rate`"),
        number("minimum_rate", 1...1 << 20, \.server.minimumRate, "bytes a second of uploads and readers of answers"),
        seconds("linger_seconds", \.server.lingerTimeout, "that a refused peer may go on sending before it is cut off"),
        number(
            "max_pipelined", 1...10_000, \.server.maxPipelined,
            "requests of one connection that are answered before the others have their turn"),
        number(
            "max_stream_backlog_bytes", 1 << 14...1 << 26, \.server.maxStreamBacklog,
            "what waits for a slow reader of an answer that comes piece by piece"),
        seconds("stop_seconds", \.stopGrace, "that requests in flight have when the gateway stops"),
    ]

    /// Of what callers send.
    static let limits: [Setting] = [
        number("max_body_bytes", 1 << 16...1 << 26, \.limits.bodyBytes, "a JSON body"),
        number("max_upload_bytes", 1 << 20...1 << 50, \.server.maxStreamedBytes, "an upload of rows"),
        number("max_json_depth", 8...64, \.limits.jsonDepth, "arrays and objects within one another"),
        number("max_tiles", 1...5_000, \.limits.journey.tiles, "tiles of a journey"),
        number("max_edges", 1...20_000, \.limits.journey.edges, "edges of a journey"),
        number(
            "max_filter_nodes", 1...FilterTree.maxNodes, \.limits.journey.filterNodes,
            "groups and conditions of a filter; a body may have 5,000 arrays and objects and two for each of these"),
        number(
            "requests_per_key", 0...rates, \.limits.requestsPerKey,
            "requests a second of one key, twice as many at once; one more gets 429; 0 is no limit"),
        number(
            "requests_per_address", 0...rates, \.limits.requestsPerAddress,
            "requests a second of one address, whatever their keys, twice as many at once; behind a proxy, which is one address, "
                + "set it to 0"),
        number(
            "strangers_per_address", 0...rates, \.limits.strangersPerAddress,
            "requests a second of one address that need a valid key and have none, ten times as many at once"),
        number("max_uploads", 1...1_000, \.limits.uploads, "uploads at once"),
        number("max_uploads_per_workspace", 1...1_000, \.limits.uploadsPerWorkspace, "uploads of a workspace at once"),
        number("max_simulations", 1...100, \.limits.simulations, "simulations at once"),
        number(
            "max_simulations_per_workspace", 1...100, \.limits.simulationsPerWorkspace,
            "simulations of a workspace at once"),
        seconds("simulation_seconds", \.limits.simulationSpan, "until a simulation is given up"),
        number(
            "max_tests", 1...14, \.limits.tests, "tests of destinations at once; the slow work has 16 threads in all"),
        number(
            "max_tests_per_workspace", 1...14, \.limits.testsPerWorkspace,
            "tests of destinations of a workspace at once, within its share of slow calls"),
        seconds("test_seconds", \.limits.testSpan, "that a test of a destination has"),
        seconds("query_seconds", \.limits.querySpan, "that a preview of a model, or an estimate, has"),
        number(
            "max_list_bytes", 1 << 20...1 << 32, \.limits.listBytes,
            "a list that is answered at once; a larger one gets 422 and is asked for in parts"),
        number(
            "max_waiting_calls", 16...10_000, \.limits.waitingCalls,
            "calls that wait for a worker; one more gets 503"),
        number(
            "max_waiting_slow_calls", 16...10_000, \.limits.waitingSlowCalls,
            "the same of previews, tests and what else may take seconds"),
        number(
            "max_slow_calls_per_workspace", 1...16, \.limits.slowCallsPerWorkspace,
            "such calls of a workspace at work at once; there are 16 threads for all"),
        number("run_threads", 1...1_000, \.runThreads, "runs of different journeys at once"),
    ]

    /// Of streams of events and of what is told of the gateway.
    static let telling: [Setting] = [
        number(
            "max_event_streams", 1...100_000, \.limits.eventStreams, "streams of events at once; one more gets 429"),
        number(
            "max_event_streams_per_workspace", 1...100_000, \.limits.eventStreamsPerWorkspace,
            "streams of events of a workspace at once"),
        seconds(
            "event_heartbeat_seconds", \.eventHeartbeat,
            "between two signs of life on a stream of events, with which its key is looked at again"),
        Setting(
            name: "event_pause_ms", kind: .number(10...60_000), placeholder: "MS",
            meaning: "milliseconds between two looks at what the streams of events have to tell",
            preset: .integer(presets.eventPause / 1000)
        ) { $1.eventPause = ($0.integerValue ?? 0) * 1000 },
        number(
            "max_metrics_journeys", 0...100_000, \.limits.metricsJourneys,
            "live journeys whose members `/metrics` shows by their tiles"),
        number("max_metrics_tiles", 0...1_000_000, \.limits.metricsTiles, "tiles of theirs in all"),
    ]

    /// More than a machine serves.
    private static let rates = 10_000_000

    /// A number whose default is the configuration's.
    private static func number(
        _ name: String, _ range: ClosedRange<Int>, _ path: WritableKeyPath<GatewayConfiguration, Int> & Sendable,
        _ meaning: String
    ) -> Setting {
        Setting(
            name: name, kind: .number(range), placeholder: "N", meaning: meaning,
            preset: .integer(Int64(presets[keyPath: path]))
        ) { $1[keyPath: path] = Int($0.integerValue ?? 0) }
    }

    private static func seconds(
        _ name: String, _ path: WritableKeyPath<GatewayConfiguration, Int64> & Sendable, _ meaning: String
    ) -> Setting {
        Setting(
            name: name, kind: .number(1...86_400), placeholder: "S", meaning: "seconds " + meaning,
            preset: .integer(presets[keyPath: path] / 1_000_000)
        ) { $1[keyPath: path] = ($0.integerValue ?? 0) * 1_000_000 }
    }
}
