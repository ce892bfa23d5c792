extension CheckReport {
    /// The report as a person reads it.
    public var text: String {
        var lines = ["\(file)"]
        if !id.isEmpty {
            lines[0] += ": \(id) \(version)" + (toolchain.isEmpty ? "" : ", \(toolchain)")
        }
        for section in sections {
            lines += ["", Self.title(section)]
            lines += section.facts.map { "    \($0)" }
            for check in section.checks {
                let mark =
                    switch check.result {
                    case .passed: "✓"
                    case .warning: "!"
                    case .error: "✗"
                    }
                let more = check.result != .passed && check.count > 1 ? " (and \(check.count - 1) more like it)" : ""
                lines.append("  \(mark) \(check.message)\(more)")
            }
            let width = section.figures.map(\.name.count).max() ?? 0
            for figure in section.figures {
                let space = String(repeating: " ", count: width - figure.name.count)
                lines.append("    \(figure.name)\(space)  \(Self.number(figure.value)) \(figure.unit)")
            }
        }
        let warnings = count(.warning)
        let errors = count(.error)
        lines += [
            "",
            "\(count(.passed)) passed, \(warnings) \(warnings == 1 ? "warning" : "warnings"), "
                + "\(errors) \(errors == 1 ? "error" : "errors")",
        ]
        return lines.joined(separator: "\n")
    }

    private static func title(_ section: Section) -> String {
        let title =
            switch section.name {
            case "file": "The file"
            case "tables": "Tables"
            case "open": "opening"
            case "run": "running"
            case "threads": "several threads"
            case "build": "building requests"
            case "classify": "classifying answers"
            case "speed": "speed"
            case "memory": "memory"
            case "life": "Start and retirement"
            case "bare": "Start without host services"
            default: section.name
            }
        return section.type.map { "\($0): \(title)" } ?? title
    }

    /// Three digits, right-aligned.
    private static func number(_ value: Double) -> String {
        let scale = value < 10 ? 100.0 : value < 100 ? 10 : 1
        let rounded = (value * scale).rounded() / scale
        let text = scale == 1 ? String(Int64(rounded)) : String(rounded)
        return String(repeating: " ", count: max(0, 8 - text.count)) + text
    }
}
