import HTTPServer
import PluginHost

/// `/metrics` in Prometheus' text format. Sums only: neither workspaces nor members can be told from it.
enum MetricsRoutes {
    static func metrics(_ call: Call) throws -> Reply {
        var text = ""
        let http = call.rooms.serverFigures()
        metric("tessera_http_connections", "gauge", "Open connections", [("", http.connections)], &text)
        metric("tessera_http_accepted_total", "counter", "Connections accepted", [("", http.accepted)], &text)
        metric("tessera_http_refused_total", "counter", "Connections refused", [("", http.refused)], &text)
        metric("tessera_http_requests_total", "counter", "Requests", [("", http.requests)], &text)
        let plugins = call.rooms.plugins.list()
        let active = plugins.filter { $0.state == .active }
        metric("tessera_plugins_refused", "gauge", "Plugin files refused", [("", plugins.count - active.count)], &text)
        for (name, kind, help, path) in pluginMetrics {
            let values = active.map { ("{plugin=\"\(escaped($0.id))\"}", $0.figures[keyPath: path]) }
            metric("tessera_plugin_\(name)", kind, help, values, &text)
        }
        return Reply(contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.utf8))
    }

    private static var pluginMetrics: [(String, String, String, KeyPath<PluginInfo.Figures, Int>)] {
        [
            ("calls_total", "counter", "Calls of a plugin's run", \.calls),
            ("rows_total", "counter", "Rows handed to a plugin", \.rows),
            ("failures_total", "counter", "Calls that failed as a whole", \.failures),
            ("timeouts_total", "counter", "Calls that passed their deadline", \.timeouts),
            ("instances", "gauge", "Configs open", \.instances),
        ]
    }

    private static func metric(
        _ name: String, _ kind: String, _ help: String, _ values: [(labels: String, value: Int)], _ text: inout String
    ) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
        for (labels, value) in values { text += "\(name)\(labels) \(value)\n" }
    }

    private static func escaped(_ label: String) -> String {
        label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
