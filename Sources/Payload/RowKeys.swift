import TesseraPluginKit

/// What names the rows of a batch: their members, and the keys under which they are sent.
public struct RowKeys {
    private let members: TextColumn
    private let keys: TextColumn

    public init(_ batch: Batch) throws(BatchError) {
        members = try batch.text("$member")
        keys = try batch.text("$key")
    }

    /// Nil for a row that can't be sent, as `RowError.keyless` has it.
    public subscript(row: Int) -> (member: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer)? {
        guard let member = members[row], let key = keys[row] else { return nil }
        return (member, key)
    }
}

/// Why single rows can't be sent.
extension RowError {
    public static let keyless = RowError(.misc, "the row came without a member key or an idempotency key")

    public static func malformedJSON(_ field: String) -> RowError {
        RowError(.eventParsingFailed, "field '\(field)' holds no valid JSON: correct the source")
    }
}

extension BuildCall {
    /// What `make` makes of a batch's columns; when they can't be put together as they are mapped, all its rows fail, and nil.
    public func made<Made>(of batch: Batch, _ make: () throws -> Made) throws -> Made? {
        do {
            return try make()
        } catch let error as MappingError {
            var outcomes = outcomes(capacity: batch.count)
            outcomes.fail(0..<batch.count, RowError(.badRequest, error.message))
            return nil
        }
    }
}
