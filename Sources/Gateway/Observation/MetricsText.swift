/// Prometheus' text format, version 0.0.4, in the making.
enum MetricsText {
    /// `{name="value",…}`.
    static func labels(_ pairs: [(String, String)]) -> String {
        "{" + pairs.map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
    }

    static func escaped(_ label: String) -> String {
        label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// Numbers of one name, each with its labels.
    static func metric<Value: CustomStringConvertible>(
        _ name: String, _ kind: String, _ help: String, _ values: [(labels: String, value: Value)], _ text: inout String
    ) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
        for (labels, value) in values { text += "\(name)\(labels) \(value)\n" }
    }

    /// One series of a histogram.
    struct Histogram {
        var labels: [(String, String)] = []
        /// How many fell in each bucket alone; one more than there are bounds.
        var counts: [Int]
        /// Seconds.
        var sum: Double
    }

    /// - Parameter bounds: upper ones, in seconds.
    static func histogram(
        _ name: String, _ help: String, bounds: [Double], _ series: [Histogram], _ text: inout String
    ) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
        for one in series {
            var count = 0
            for (index, own) in one.counts.enumerated() {
                count += own
                let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
                text += "\(name)_bucket\(labels(one.labels + [("le", bound)])) \(count)\n"
            }
            let shown = one.labels.isEmpty ? "" : labels(one.labels)
            text += "\(name)_sum\(shown) \(one.sum)\n\(name)_count\(shown) \(count)\n"
        }
    }
}
