import CTessera
import CTesseraTest

/// The host that a plugin under test gets: a clock that stands still until it is moved, log lines that can be looked at,
/// settings and services that the test provides. Any thread. What stands behind it lives as long as the process, as plugins
/// do.
public final class FakeHost: @unchecked Sendable {
    /// A line that the plugin logged.
    public struct Line: Equatable, Sendable {
        /// `TESSERA_LOG_…`
        public var level: UInt32
        public var message: String

        public init(level: UInt32, message: String) {
            self.level = level
            self.message = message
        }
    }

    /// For the functions of `tessera_test.h`.
    public let pointer: UnsafeMutablePointer<tessera_test_host>

    public init() { pointer = tessera_test_host_new() }

    /// What `start` gets.
    public var table: UnsafePointer<tessera_host> {
        UnsafeRawPointer(pointer).assumingMemoryBound(to: tessera_host.self)
    }

    /// The clock, microseconds since 1970 UTC; 2023-11-14T22:13:20Z at first.
    public var now: Int64 {
        get { tessera_test_now(pointer) }
        set { tessera_test_set_now(pointer, newValue) }
    }

    /// What was logged so far.
    public var lines: [Line] {
        (0..<tessera_test_line_count(pointer)).map {
            let line = tessera_test_line_at(pointer, $0)
            return Line(level: line.level, message: String(borrowed: line.message))
        }
    }

    /// Offers a service; the table must live as long as the plugin asks for it.
    public func offer(_ id: String, _ table: UnsafeRawPointer) { tessera_test_offer(pointer, id, table) }

    /// Gives a value to `tessera.settings/1`.
    public func set(_ name: String, _ value: String) { tessera_test_set(pointer, name, value) }
}
