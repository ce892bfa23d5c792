/// Structured logs: one JSON object a line, on standard error: `time` (RFC 3339, UTC), `level`, `event` (a stable name for
/// programs), `message` (for people), and fields. No secret and no member attribute belongs in them.
public struct Log: Sendable {
    public enum Level: Int, Sendable, Comparable, CaseIterable {
        case debug, info, warning, error

        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

        /// As lines and `--log-level` write it.
        public var name: String {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .warning: "warning"
            case .error: "error"
            }
        }

        /// The level of that name; nil when there is none.
        public init?(name: String) {
            guard let level = Level.allCases.first(where: { $0.name == name }) else { return nil }
            self = level
        }
    }

    /// The least level that is written.
    public let level: Level
    private let clock: any Clock
    private let sink: @Sendable (String) -> Void
    private var queue: LogQueue?

    /// Logs at `level` and above. `sink` gets whole lines, the last one without its line feed, from any thread.
    public init(level: Level = .info, clock: any Clock, sink: @escaping @Sendable (String) -> Void = Log.standardError)
    {
        self.level = level
        self.clock = clock
        self.sink = sink
    }

    /// Logs by way of a queue: who logs never waits.
    public init(level: Level = .info, clock: any Clock, queue: LogQueue) {
        self.init(level: level, clock: clock, sink: queue.append)
        self.queue = queue
    }

    /// Lines that were dropped because nobody took them.
    public var lost: Int { queue?.lost ?? 0 }

    /// Writes a line to standard error in one call, so that lines of several threads never mix, and waits until it is taken: for
    /// short commands.
    public static let standardError: @Sendable (String) -> Void = { line in
        _ = LogQueue.write(Array(line.utf8) + [10], to: 2)
    }

    /// A log that keeps nothing, for tests.
    public static let silent = Log(level: .error, clock: SystemClock(), sink: { _ in })

    public func debug(event: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.debug, event, message, fields)
    }
    public func info(event: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.info, event, message, fields)
    }
    public func warning(event: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.warning, event, message, fields)
    }
    public func error(event: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.error, event, message, fields)
    }

    /// Writes a line whose fields are not all texts; `fields` is called only if the line is written.
    public func write(_ level: Level, event: String, _ message: String, fields: (inout LogLines) -> Void) {
        guard level >= self.level else { return }
        var lines = LogLines()
        lines.begin(clock.now(), level, event: event, message)
        fields(&lines)
        lines.end()
        write(lines)
    }

    /// Writes lines that were put together elsewhere, all at once.
    public func write(_ lines: LogLines) {
        if !lines.isEmpty { sink(String(decoding: lines.bytes.dropLast(), as: UTF8.self)) }
    }

    private func write(
        _ level: Level, _ event: String, _ message: String, _ fields: KeyValuePairs<String, String>
    ) {
        write(level, event: event, message) { line in
            for (name, value) in fields { line.add(name, value) }
        }
    }
}
