import CTessera
import CTesseraTest

/// What `open` said against a config.
public struct OpenProblems: Error, Equatable, CustomStringConvertible {
    public struct Problem: Equatable, Sendable {
        /// RFC 6901 JSON pointer into the config; `""` is the whole.
        public var pointer: String
        public var message: String
    }

    public var problems: [Problem]

    public var pointers: [String] { problems.map(\.pointer) }
    public var messages: [String] { problems.map(\.message) }
    public var description: String { problems.map { "'\($0.pointer)': \($0.message)" }.joined(separator: "; ") }

    init(_ told: tessera_test_problems) {
        problems = UnsafeBufferPointer(start: told.list, count: told.count).map {
            Problem(pointer: String(borrowed: $0.pointer), message: String(borrowed: $0.message))
        }
    }
}
