import CTessera
import Columns
import Journeys
import Testing

@Suite struct BatchViewTests {
    static let rows: [[Cell]] = (0..<50).map { index in
        if index % 7 == 3 { return everyType.map { _ in .null } }
        return [
            .string("text \(index)"), .integer(Int64(index)), .number(Double(index) / 2), .bool(index % 3 == 0),
            .date(Int32(index)), .timestamp(Int64(index) * 1_000_000),
        ]
    }

    /// Lends a changed copy of a batch's structs.
    static func lend<Result>(
        change: (_ schema: inout ArrowSchema, _ array: inout ArrowArray) -> Void = { _, _ in },
        changeColumn: (_ schema: inout ArrowSchema, _ array: inout ArrowArray) -> Void = { _, _ in },
        _ body: (UnsafePointer<ArrowSchema>, UnsafePointer<ArrowArray>) throws -> Result
    ) rethrows -> Result {
        try RecordBatch.of(everyType, rows).withArrow { schema, array in
            var schemas = (0..<6).map { schema.pointee.children[$0]!.pointee }
            var arrays = (0..<6).map { array.pointee.children[$0]!.pointee }
            for index in 0..<6 { changeColumn(&schemas[index], &arrays[index]) }
            return try schemas.withUnsafeMutableBufferPointer { schemas in
                try arrays.withUnsafeMutableBufferPointer { arrays in
                    var schemaPointers: [UnsafeMutablePointer<ArrowSchema>?] = schemas.indices.map {
                        schemas.baseAddress! + $0
                    }
                    var arrayPointers: [UnsafeMutablePointer<ArrowArray>?] = arrays.indices.map {
                        arrays.baseAddress! + $0
                    }
                    return try schemaPointers.withUnsafeMutableBufferPointer { schemaPointers in
                        try arrayPointers.withUnsafeMutableBufferPointer { arrayPointers in
                            var top = schema.pointee
                            var batch = array.pointee
                            top.children = schemaPointers.baseAddress
                            batch.children = arrayPointers.baseAddress
                            change(&top, &batch)
                            return try body(&top, &batch)
                        }
                    }
                }
            }
        }
    }

    @Test func honoursOffsets() throws {
        try Self.lend(change: {
            $1.offset = 5
            $1.length = 20
        }) { schema, array in
            let view = try BatchView(schema: schema, array: array)
            #expect(view.rows == Array(Self.rows[5..<25]))
        }
        try Self.lend(
            change: { $1.length = 30 },
            changeColumn: {
                $1.offset = 9
                $1.length = 41
            }
        ) { schema, array in
            let view = try BatchView(schema: schema, array: array)
            #expect(view.rows == Array(Self.rows[9..<39]))
        }
        try Self.lend(
            change: {
                $1.offset = 11
                $1.length = 30
            },
            changeColumn: {
                $1.offset = 9
                $1.length = 41
            }
        ) { schema, array in
            let view = try BatchView(schema: schema, array: array)
            #expect(view.rows == Array(Self.rows[20..<50]))
            // The header agrees.
            for row in 0..<30 { #expect((tessera_is_null(array, 1, Int64(row)) != 0) == view.isNull(1, row)) }
        }
    }

    /// Runs with a batch that must be refused, and gives the message.
    static func refusal(
        change: (inout ArrowSchema, inout ArrowArray) -> Void = { _, _ in },
        changeColumn: (inout ArrowSchema, inout ArrowArray) -> Void = { _, _ in }
    ) -> String? {
        lend(change: change, changeColumn: changeColumn) { schema, array in
            do throws(BatchViewError) {
                _ = try BatchView(schema: schema, array: array)
                return nil
            } catch {
                return error.message
            }
        }
    }

    @Test func refusesWhatIsNoBatch() {
        #expect(Self.refusal() == nil)
        let other = "ttu".withCString { format in
            Self.refusal(changeColumn: { schema, _ in if schema.name[0] == 100 { schema.format = format } })
        }
        #expect(other?.contains("column 'd' has format 'ttu'") == true)
        "tsn:UTC".withCString { format in
            #expect(Self.refusal(changeColumn: { schema, _ in schema.format = format }) != nil)
        }
        "l".withCString { format in #expect(Self.refusal(change: { schema, _ in schema.format = format }) != nil) }
        #expect(Self.refusal(change: { _, array in array.length = -1 }) != nil)
        #expect(Self.refusal(change: { _, array in array.offset = -1 }) != nil)
        #expect(Self.refusal(change: { _, array in array.offset = 1 }) != nil)
        #expect(Self.refusal(change: { _, array in array.length = 51 }) != nil)
        #expect(Self.refusal(change: { _, array in array.n_children = 5 }) != nil)
        #expect(Self.refusal(change: { schema, _ in schema.n_children = 5 }) != nil)
        #expect(Self.refusal(change: { _, array in array.children = nil }) != nil)
        #expect(Self.refusal(changeColumn: { _, array in array.length = 49 }) != nil)
        #expect(Self.refusal(changeColumn: { _, array in array.offset = -1 }) != nil)
        #expect(Self.refusal(changeColumn: { _, array in array.n_buffers = 1 }) != nil)
        #expect(Self.refusal(changeColumn: { _, array in array.buffers = nil }) != nil)
        #expect(Self.refusal(changeColumn: { schema, _ in schema.name = nil }) != nil)
    }

    @Test func findsColumnsByBytes() throws {
        try Self.lend { schema, array in
            let view = try BatchView(schema: schema, array: array)
            #expect(view.index(of: "t") == 5)
            #expect(view.index(of: "T") == nil)
        }
    }
}
