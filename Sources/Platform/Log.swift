import Glibc

/// Structured logs: one JSON object a line, on standard error. No secret and no member attribute belongs in them.
public struct Log: Sendable {
    public enum Level: Int, Sendable, Comparable {
        case debug, info, warning, error
        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
        /// `debug`, `info`, `warning` or `error`.
        public init?(name: String) {
            switch name {
            case "debug": self = .debug
            case "info": self = .info
            case "warning": self = .warning
            case "error": self = .error
            default: return nil
            }
        }

        var name: String {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .warning: "warning"
            case .error: "error"
            }
        }
    }

    private let level: Level
    private let clock: any Clock
    private let sink: @Sendable (String) -> Void

    /// Logs at `level` and above. `sink` gets whole lines, without a line feed, from any thread.
    public init(level: Level = .info, clock: any Clock, sink: @escaping @Sendable (String) -> Void = Log.standardError)
    {
        self.level = level
        self.clock = clock
        self.sink = sink
    }

    /// Writes a line to standard error in one call, so that lines of several threads never mix.
    public static let standardError: @Sendable (String) -> Void = { line in
        var bytes = Array(line.utf8)
        bytes.append(10)
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress! + offset, $0.count - offset) }
            if written <= 0 { if written < 0, errno == EINTR { continue } else { return } }
            offset += written
        }
    }

    /// A log that keeps nothing, for tests.
    public static let silent = Log(level: .error, clock: SystemClock(), sink: { _ in })

    public func debug(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.debug, message, fields)
    }
    public func info(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) { write(.info, message, fields) }
    public func warning(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.warning, message, fields)
    }
    public func error(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.error, message, fields)
    }

    private func write(_ level: Level, _ message: String, _ fields: KeyValuePairs<String, String>) {
        guard level >= self.level else { return }
        var line = "{\"ts_us\":\(clock.now()),\"level\":\"\(level.name)\",\"message\":"
        Log.quote(message, into: &line)
        for (key, value) in fields {
            line += ","
            Log.quote(key, into: &line)
            line += ":"
            Log.quote(value, into: &line)
        }
        line += "}"
        sink(line)
    }

    private static func quote(_ text: String, into line: inout String) {
        line += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": line += "\\\""
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                line += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: line.unicodeScalars.append(scalar)
            }
        }
        line += "\""
    }
}
