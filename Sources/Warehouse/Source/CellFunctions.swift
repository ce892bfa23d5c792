import CSQLite
import Glibc
import Journeys

/// SQL functions that read a cell as `CellReader` does, so that filters in SQL and rows in columns never disagree.
enum CellFunctions {
    static let prefix = "_tessera_"

    /// The text itself, or null for what is no text in UTF-8.
    static let text = "_tessera_text"
    /// `YYYY-MM-DD`, or null.
    static let date = "_tessera_date"
    /// The fixed form of a timestamp, or null.
    static let timestamp = "_tessera_timestamp"
    /// The number that a text writes, correctly rounded.
    static let number = "_tessera_number"

    static func install(on database: OpaquePointer) {
        add(text, to: database) { context, value in
            if CellReader.text(value) != nil {
                sqlite3_result_value(context, value)
            } else {
                sqlite3_result_null(context)
            }
        }
        add(date, to: database) { context, value in
            if let bytes = CellReader.text(value), Timestamp.parseDate(bytes) != nil {
                sqlite3_result_value(context, value)
            } else {
                sqlite3_result_null(context)
            }
        }
        add(timestamp, to: database) { context, value in
            guard let bytes = CellReader.text(value), let instant = TimestampText.parse(bytes) else {
                return sqlite3_result_null(context)
            }
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Timestamp.fixedLength) { buffer in
                guard let base = buffer.baseAddress else { return }
                Timestamp.write(fixed: instant, to: base)
                base.withMemoryRebound(to: CChar.self, capacity: Timestamp.fixedLength) {
                    sqlite3_result_text(context, $0, Int32(Timestamp.fixedLength), transient)
                }
            }
        }
        add(number, to: database) { context, value in
            guard let bytes = CellReader.text(value), let number = NumberText.double(bytes) else {
                return sqlite3_result_null(context)
            }
            sqlite3_result_double(context, number)
        }
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private typealias Body = (_ context: OpaquePointer?, _ value: OpaquePointer?) -> Void

    private final class Box {
        let body: Body
        init(_ body: @escaping Body) { self.body = body }
    }

    private static func add(_ name: String, to database: OpaquePointer, _ body: @escaping Body) {
        sqlite3_create_function_v2(
            database, name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, Unmanaged.passRetained(Box(body)).toOpaque(),
            { context, _, arguments in
                guard let data = sqlite3_user_data(context), let arguments else { return }
                Unmanaged<Box>.fromOpaque(data).takeUnretainedValue().body(context, arguments[0])
            }, nil, nil, { data in data.map { Unmanaged<Box>.fromOpaque($0).release() } })
    }
}
