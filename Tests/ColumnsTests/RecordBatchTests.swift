import CTessera
import Columns
import Journeys
import TestSupport
import Testing

@Suite struct RecordBatchTests {
    static func randomRows(_ count: Int, nulls: Int, seed: UInt64 = 1) -> [[Cell]] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in everyType.map { random.cell($0.type, nulls: nulls) } }
    }

    @Test(arguments: [0, 1, 7, 8, 9, 63, 64, 65, 1000], [0, 30, 100])
    func buildsAndReads(count: Int, nulls: Int) throws {
        let rows = Self.randomRows(count, nulls: nulls)
        let batch = RecordBatch.of(everyType, rows)
        #expect(batch.count == count)
        #expect(batch.rows == rows)
        for column in everyType.indices {
            let nulls = rows.count { $0[column] == .null }
            #expect(batch.nullCount(column) == nulls)
            #expect((batch.validity(column) == nil) == (nulls == 0))
        }
        try batch.withArrow { schema, array in
            let view = try BatchView(schema: schema, array: array)
            #expect(view.rows == rows)
            #expect(view.columns == everyType)
        }
    }

    @Test func isReadByTheHeader() {
        let rows = Self.randomRows(100, nulls: 20)
        RecordBatch.of(everyType, rows).withArrow { schema, array in
            #expect(tessera_column(schema, "t") == 5)
            #expect(tessera_column(schema, "none") == -1)
            let formats = (0..<6).map { String(cString: tessera_format(schema, Int32($0))) }
            #expect(formats == ["u", "l", "g", "b", "tdD", "tsu:UTC"])
            #expect(array.pointee.offset == 0)
            #expect(array.pointee.length == 100)
            for (index, row) in rows.enumerated() {
                let at = Int64(index)
                let text = tessera_text(array, 0, at)
                let read: [Cell] = [
                    .string(
                        String(decoding: UnsafeRawBufferPointer(start: text.data, count: text.length), as: UTF8.self)),
                    .integer(tessera_int64(array, 1, at)), .number(tessera_double(array, 2, at)),
                    .bool(tessera_bool(array, 3, at) != 0), .date(tessera_date(array, 4, at)),
                    .timestamp(tessera_int64(array, 5, at)),
                ]
                for column in 0..<6 {
                    let isNull = tessera_is_null(array, Int32(column), at) != 0
                    #expect((isNull ? .null : read[column]) == row[column])
                }
            }
        }
    }

    @Test func describesColumns() throws {
        let columns = [
            Column(name: "$member", type: .string, nullable: false), Column(name: "tags", type: .string, isJSON: true),
            Column(name: "né", type: .integer),
        ]
        let schema = BatchSchema(columns: columns)
        let children = schema.pointer.pointee.children
        #expect(String(cString: schema.pointer.pointee.format) == "+s")
        #expect(children?[0]?.pointee.flags == 0)
        #expect(children?[1]?.pointee.flags == 2)
        #expect(children?[0]?.pointee.metadata == nil)
        // One pair: the lengths are native 32-bit integers.
        var expected: [UInt8] = [1, 0, 0, 0, 20, 0, 0, 0]
        expected += Array("ARROW:extension:name".utf8) + [10, 0, 0, 0] + Array("arrow.json".utf8)
        let metadata = children?[1]?.pointee.metadata
        #expect(Array(UnsafeRawBufferPointer(start: metadata, count: expected.count)) == expected)
        #expect(try BatchView.columns(of: schema.pointer) == columns)
        #expect(schema.index(of: "né") == 2)
        #expect(schema.index(of: "ne\u{301}") == nil)
    }

    @Test func countsRowsWithoutColumns() throws {
        let batch = RecordBatch.empty(count: 42)
        #expect(batch.count == 42)
        try batch.withArrow { schema, array in
            #expect(array.pointee.length == 42)
            let view = try BatchView(schema: schema, array: array)
            #expect(view.count == 42)
            #expect(tessera_column(schema, "x") == -1)
        }
        #expect(batch.gather(rows: [1, 1, 41]).count == 3)
    }

    @Test(arguments: [0, 30, 100]) func gathers(nulls: Int) {
        let rows = Self.randomRows(500, nulls: nulls, seed: 2)
        let batch = RecordBatch.of(everyType, rows)
        var random = SeededRandom(seed: 3)
        for count in [0, 1, 8, 9, 500, 1200] {
            let chosen = (0..<count).map { _ in Int32.random(in: 0..<500, using: &random) }
            let all = batch.gather(rows: chosen)
            #expect(all.rows == chosen.map { rows[Int($0)] })
            #expect(all.columns == batch.columns)
            let some = batch.gather(rows: chosen, columns: [4, 0])
            #expect(some.columns.map(\.name) == ["d", "s"])
            #expect(some.rows == chosen.map { [rows[Int($0)][4], rows[Int($0)][0]] })
        }
    }

    @Test func gatherDropsAnEmptyBitmap() {
        let batch = RecordBatch.of([everyType[1]], [[.integer(1)], [.null], [.integer(3)]])
        let gathered = batch.gather(rows: [2, 0])
        #expect(gathered.validity(0) == nil)
        #expect(gathered.nullCount(0) == 0)
        gathered.withArrow { _, array in #expect(array.pointee.children?[0]?.pointee.buffers[0] == nil) }
    }

    @Test func sharesColumns() {
        let rows = Self.randomRows(20, nulls: 20)
        let chosen: RecordBatch
        do {
            let batch = RecordBatch.of(everyType, rows)
            chosen = batch.selecting(columns: [2, 0, 0])
            #expect(chosen.double(0).baseAddress == batch.double(2).baseAddress)
            #expect(batch.selecting(columns: Array(0..<6)) === batch)
        }
        // The first batch is gone; its buffers are not.
        #expect(chosen.columns.map(\.name) == ["n", "s", "s"])
        #expect(chosen.rows == rows.map { [$0[2], $0[0], $0[0]] })

        let side = RecordBatch.of([Column(name: "k", type: .integer)], (0..<20).map { [.integer($0)] })
        let joined = chosen.appendingColumns(of: side)
        #expect(joined.columns.map(\.name) == ["n", "s", "s", "k"])
        #expect(joined.rows == (0..<20).map { [rows[$0][2], rows[$0][0], rows[$0][0], .integer(Int64($0))] })
    }

    @Test func buildsOneBatchAfterAnother() {
        let builder = BatchBuilder(columns: everyType, capacity: 4)
        let rows = Self.randomRows(300, nulls: 25, seed: 9)
        var batches: [RecordBatch] = []
        for (index, row) in rows.enumerated() {
            builder.append(row: row)
            if index % 100 == 99 {
                #expect(builder.count == 100)
                batches.append(builder.finish())
                #expect(builder.count == 0)
            }
        }
        #expect(batches.flatMap(\.rows) == rows)
        builder.append(row: rows[0])
        builder.removeAll()
        builder.append(row: rows[1])
        #expect(builder.finish().rows == [rows[1]])
    }

    @Test func countsBytes() {
        let builder = BatchBuilder(columns: [everyType[0], everyType[1]])
        let empty = builder.byteCount
        builder.append(string: "0123456789", to: 0)
        builder.append(int64: 1, to: 1)
        #expect(builder.byteCount - empty == 10 + 4 + 8)
        #expect(builder.finish().byteCount == 10 + 8 + 8)
    }

    @Test func growsForLargeTexts() {
        let builder = BatchBuilder(columns: [everyType[0]], capacity: 1)
        let texts = [0, 1, 100, 100_000, 3, 1_000_000].map { String(repeating: "x", count: $0) }
        for text in texts { builder.append(string: text, to: 0) }
        #expect(builder.finish().rows == texts.map { [.string($0)] })
    }

    @Test func readsNaNAsNull() {
        #expect(RecordBatch.of([everyType[2]], [[.number(.nan)], [.number(1)]]).rows == [[.null], [.number(1)]])
    }

    @Test func clearsWhatANullHides() {
        // Whoever ignores the bitmap reads zero, never an older value.
        let batch = RecordBatch.of(everyType, [everyType.map { _ in .null }])
        #expect(batch.int64(1)[0] == 0)
        #expect(batch.double(2)[0] == 0)
        #expect(batch.bool(3)[0] == false)
        #expect(batch.date(4)[0] == 0)
        #expect(batch.utf8(0)[0].isEmpty)
    }
}
