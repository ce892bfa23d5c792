import CTessera
import CTesseraTest

/// Rows for a plugin under test, in the layout in which a gateway lends them. One thread at a time.
///
///     let batch = TestBatch(columns: [("age", .int64), ("name", .text)])
///     batch.addMember("m1", arrivedAt: host.now, [42, "Ann"])
///     batch.addMember("m2", arrivedAt: host.now, [nil, nil])
public final class TestBatch {
    /// The types of columns; the raw value is the builder's format.
    public enum Kind: String, Sendable {
        case bool = "b"
        case int64 = "l"
        case double = "g"
        case text = "u"
        /// A text whose texts are JSON.
        case json
        /// Days since 1970-01-01.
        case date = "tdD"
        /// Microseconds since 1970 UTC.
        case timestamp = "tsu:UTC"
    }

    /// A cell. Literals work: `[1, 2.5, "a", true, nil]`.
    public enum Value: Sendable, Equatable {
        case null
        case bool(Bool)
        /// Of an int64, date or timestamp column.
        case integer(Int64)
        case number(Double)
        /// Of a text or JSON column.
        case text(String)
    }

    /// For the functions of `tessera_test.h`.
    public let pointer: UnsafeMutablePointer<tessera_test_batch>
    private let kinds: [Kind]
    private let hasReserved: Bool

    /// - Parameters:
    ///   - reserved: whether `$member`, `$key`, `$attempt` and `$arrived_at` come first.
    ///   - columns: in the order that the plugin asked for them.
    public init(reserved: Bool = false, columns: [(name: String, kind: Kind)] = []) {
        pointer = tessera_test_batch_new()
        if reserved { tessera_test_reserved(pointer) }
        for column in columns { tessera_test_column(pointer, column.name, column.kind.rawValue) }
        hasReserved = reserved
        kinds = columns.map(\.kind)
    }

    deinit { tessera_test_batch_free(pointer) }

    /// Members with their reserved columns and nothing else, of their first attempt.
    public convenience init(members: some Sequence<String>, arrivedAt: Int64 = 0) {
        self.init(reserved: true)
        for member in members { tessera_test_member(pointer, member, arrivedAt) }
    }

    /// Rows without a column: for tiles that ask for none.
    public static func empty(count: Int) -> TestBatch {
        let batch = TestBatch()
        for _ in 0..<count { batch.add([]) }
        return batch
    }

    public var count: Int { pointer.pointee.rows }

    /// Takes the mark that a column may be null from it.
    public func require(_ column: Int) { tessera_test_require(pointer, Int32(column)) }

    /// Adds a row of a batch without reserved columns.
    public func add(_ cells: [Value]) {
        tessera_test_row(pointer)
        set(cells, from: 0)
    }

    /// Adds a member to a batch with reserved columns; `cells` are those of the other columns.
    public func addMember(_ key: String, arrivedAt: Int64 = 0, _ cells: [Value] = []) {
        precondition(hasReserved, "a batch without reserved columns has no members: say reserved: true")
        tessera_test_member(pointer, key, arrivedAt)
        set(cells, from: 4)
    }

    private func set(_ cells: [Value], from first: Int) {
        precondition(cells.count == kinds.count, "a row has \(cells.count) cells, the batch \(kinds.count) columns")
        for (index, cell) in cells.enumerated() {
            let column = Int32(first + index)
            switch (kinds[index], cell) {
            case (_, .null): break
            case (.bool, .bool(let value)): tessera_test_set_bool(pointer, column, value ? 1 : 0)
            case (.int64, .integer(let value)), (.timestamp, .integer(let value)):
                tessera_test_set_int64(pointer, column, value)
            case (.date, .integer(let value)): tessera_test_set_date(pointer, column, Int32(clamping: value))
            case (.double, .number(let value)): tessera_test_set_double(pointer, column, value)
            case (.double, .integer(let value)): tessera_test_set_double(pointer, column, Double(value))
            case (.text, .text(let text)), (.json, .text(let text)):
                text.withBorrowedText { tessera_test_set_text(pointer, column, $0) }
            case (let kind, let value): preconditionFailure("\(value) does not fit a column of type \(kind)")
            }
        }
    }

    /// Lends the columns and rows in Arrow's layout for the call.
    public func withArrow<Result>(
        _ body: (UnsafePointer<ArrowSchema>, UnsafePointer<ArrowArray>) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(self) { try body(tessera_test_schema(pointer), tessera_test_array(pointer)) }
    }
}

extension TestBatch.Value: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .text(value) }
}
