import CSQLite
import Journeys
import SQLite

/// The parameters of a statement that is being written: no value of a user ever stands in SQL.
struct SQLValues {
    enum Value {
        case integer(Int64)
        case number(Double)
        case text([UInt8])
        case blob([UInt8])
        case list(BoundList)
    }

    private(set) var values: [Value] = []

    /// The placeholder of a further parameter.
    mutating func add(_ value: Value) -> String {
        values.append(value)
        return "?\(values.count)"
    }

    func bind(to statement: Statement) {
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            switch value {
            case .integer(let integer): statement.bind(place, integer)
            case .number(let number): statement.bind(place, number)
            case .text(let bytes): statement.bind(place, String(decoding: bytes, as: UTF8.self))
            case .blob(let bytes): statement.bind(place, blob: bytes)
            case .list(let list): list.bind(to: statement.handle, place)
            }
        }
    }
}
