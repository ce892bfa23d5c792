import Delivery
import HTTPServer
import Platform
import PluginHost
import Store

/// `/metrics` in Prometheus' text format. Ids of plugins and destinations, and sums: nothing of members can be told from it.
enum MetricsRoutes {
    static func metrics(_ call: Call) throws -> Reply {
        try expectOperator(call)
        var text = ""
        let http = call.rooms.serverFigures()
        MetricsText.metric("tessera_http_connections", "gauge", "Open connections", [("", http.connections)], &text)
        MetricsText.metric(
            "tessera_http_accepted_total", "counter", "Connections accepted", [("", http.accepted)], &text)
        MetricsText.metric("tessera_http_refused_total", "counter", "Connections refused", [("", http.refused)], &text)
        MetricsText.metric("tessera_http_requests_total", "counter", "Requests", [("", http.requests)], &text)
        let rates = call.rooms.rates
        MetricsText.metric(
            "tessera_http_rate_limited_total", "counter", "Requests answered 429 for their rate, by what was counted",
            [
                ("{by=\"key\"}", rates.refusedByKey.load(ordering: .relaxed)),
                ("{by=\"address\"}", rates.refusedByAddress.load(ordering: .relaxed)),
            ], &text)
        MetricsText.metric(
            "tessera_heap_bytes", "gauge", "Memory allocated and not freed, that of databases included",
            [("", Heaps.used)],
            &text)
        MetricsText.metric(
            "tessera_database_memory_bytes", "gauge", "Memory of all database connections, page caches above all",
            [("", DatabaseMemory.used)], &text)
        MetricsText.metric(
            "tessera_member_stores_open", "gauge", "Workspaces whose members' databases are open",
            [("", call.rooms.members.openCount)], &text)
        append(call.rooms.plugins, &text)
        DeliveryMetrics.append(call.rooms.delivery, &text)
        JourneyMetrics.append(call.rooms, &text)
        ServerMetrics.append(call.rooms, &text)
        return Reply(contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.utf8))
    }

    /// A program on this machine may look, as an agent that scrapes does; all others with a server key.
    private static func expectOperator(_ call: Call) throws {
        if call.rooms.metricsWithoutKey, call.head.isOfThisMachine { return }
        let principal: Principal
        do {
            principal = try call.rooms.authenticator.authenticate(call.head, now: call.now)
        } catch {
            // The route asks for no key, so that nobody has counted this yet.
            throw call.rooms.rates.answer(to: error, call.head.peer)
        }
        guard principal.role == .operator else {
            throw APIError(
                403, "forbidden",
                "A key with role \(principal.role.rawValue) may not do this: use a server key (role operator)")
        }
    }

    private static func append(_ host: PluginHost, _ text: inout String) {
        let listed = host.list()
        let refused = listed.count { $0.state == .refused }
        MetricsText.metric("tessera_plugins_refused", "gauge", "Plugin files refused", [("", refused)], &text)
        MetricsText.metric(
            "tessera_plugin_mappings", "gauge", "Copies of plugins mapped into the gateway, replaced ones too",
            [("", host.mappings)], &text)
        let plugins = listed.filter { $0.state != .refused }
        func plugin(_ info: PluginInfo) -> String { "plugin=\"\(MetricsText.escaped(info.id))\"" }
        MetricsText.metric(
            "tessera_plugin_generation", "gauge", "Number of the generation in use, 0 without one",
            plugins.map { ("{\(plugin($0))}", $0.generation) }, &text)
        let states: [GenerationState] = [.active, .quarantined, .retired]
        MetricsText.metric(
            "tessera_plugin_state", "gauge", "1 for the state that a plugin is in",
            plugins.flatMap { info in
                states.map { ("{\(plugin(info)),state=\"\($0.rawValue)\"}", info.state == $0 ? 1 : 0) }
            }, &text)
        for (name, kind, help, path) in pluginMetrics {
            // Over all generations: a swap must not set a counter back.
            let values = plugins.map { info in
                ("{\(plugin(info))}", info.generations.reduce(0) { $0 + $1.figures[keyPath: path] })
            }
            MetricsText.metric("tessera_plugin_\(name)", kind, help, values, &text)
        }
    }

    private static var pluginMetrics: [(String, String, String, KeyPath<PluginInfo.Figures, Int>)] {
        [
            ("calls_total", "counter", "Calls of a plugin's run", \.calls),
            ("rows_total", "counter", "Rows handed to a plugin", \.rows),
            ("failures_total", "counter", "Calls that failed as a whole", \.failures),
            ("timeouts_total", "counter", "Calls that passed their deadline", \.timeouts),
            ("time_us_total", "counter", "Microseconds spent in a plugin's run", \.timeUs),
            ("restarts_total", "counter", "Times that a plugin's process was started again", \.restarts),
            ("quarantines_total", "counter", "Times that a plugin was put in quarantine", \.quarantines),
            ("instances", "gauge", "Configs open", \.instances),
        ]
    }
}

extension RequestHead {
    /// Whether a program on this machine asks for itself, and is no proxy that says that it hands on what others ask. One that does
    /// not say so can't be told from it: `metrics_without_key` is for that.
    fileprivate var isOfThisMachine: Bool {
        let isLoopback = peerAddress == "::1" || peerAddress.hasPrefix("127.")
        let proxies: [StaticString] = ["x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-host"]
        return isLoopback && !proxies.contains { headers.contains($0) }
    }
}
