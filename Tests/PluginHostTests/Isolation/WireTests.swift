import CTessera
import Columns
import Journeys
import TestSupport
import Testing

@testable import PluginHost

/// What goes between the gateway and a plugin's process: the same at both ends, and never trusted.
struct WireTests {
    private static let columns = [
        Column(name: "$member", type: .string, nullable: false), Column(name: "flag", type: .boolean),
        Column(name: "count", type: .integer), Column(name: "ratio", type: .number), Column(name: "day", type: .date),
        Column(name: "at", type: .timestamp), Column(name: "nested", type: .string, isJSON: true),
    ]

    private static func batch(_ rows: Int) -> RecordBatch {
        let builder = BatchBuilder(columns: columns)
        for row in 0..<rows {
            builder.append(string: "member-\(row)", to: 0)
            for column in 1..<columns.count where row % (column + 1) == 0 { builder.appendNull(column) }
            if row % 2 != 0 { builder.append(bool: row % 3 == 0, to: 1) }
            if row % 3 != 0 { builder.append(int64: Int64(row) - 5, to: 2) }
            if row % 4 != 0 { builder.append(double: Double(row) / 7, to: 3) }
            if row % 5 != 0 { builder.append(date: Int32(row), to: 4) }
            if row % 6 != 0 { builder.append(timestamp: Int64(row) * 1000, to: 5) }
            if row % 7 != 0 { builder.append(string: "{\"row\":\(row)}", to: 6) }
        }
        return builder.finish()
    }

    /// A batch as the other end sees it.
    private func sent(_ batch: RecordBatch, isTrusted: Bool) throws -> (WireBatch, AlignedCopy) {
        var body = WireWriter()
        let plan = try batch.withArrow { schema, array throws(BatchViewError) in try BatchPlan(schema, array) }
        plan.writeHead(to: &body)
        var buffers = [UInt8](repeating: 0xEE, count: plan.byteCount)
        buffers.withUnsafeMutableBytes { plan.writeBuffers(to: $0) }
        let memory = buffers.withUnsafeBytes { AlignedCopy($0) }
        let wire = try body.bytes.withUnsafeBytes { bytes in
            var reader = WireReader(bytes)
            return try WireBatch(WireBatch.Head(&reader), memory: memory.bytes, isTrusted: isTrusted)
        }
        withExtendedLifetime(batch) {}
        return (wire, memory)
    }

    @Test(arguments: [0, 1, 2, 7, 8, 9, 64, 1000], [true, false])
    func aBatchArrivesAsItWas(_ rows: Int, _ isTrusted: Bool) throws {
        let batch = Self.batch(rows)
        let (wire, memory) = try sent(batch, isTrusted: isTrusted)
        #expect(wire.rows == rows)
        #expect(wire.schema.columns == Self.columns)
        let view = try BatchView(schema: wire.schema.pointer, array: wire.array)
        for row in 0..<rows {
            for column in Self.columns.indices {
                #expect(view.isNull(column, row) == batch.isNull(column, row))
            }
            #expect(view.utf8(0)[row].elementsEqual("member-\(row)".utf8))
            if !view.isNull(1, row) { #expect(view.bool(1)[row] == (row % 3 == 0)) }
            if !view.isNull(2, row) { #expect(view.int64(2)[row] == Int64(row) - 5) }
            if !view.isNull(3, row) { #expect(view.double(3)[row] == Double(row) / 7) }
            if !view.isNull(4, row) { #expect(view.date(4)[row] == Int32(row)) }
            if !view.isNull(5, row) { #expect(view.int64(5)[row] == Int64(row) * 1000) }
            if !view.isNull(6, row) { #expect(view.utf8(6)[row].elementsEqual("{\"row\":\(row)}".utf8)) }
        }
        withExtendedLifetime((wire, memory)) {}
    }

    @Test func someRowsKeepTheirValues() throws {
        let batch = Self.batch(50)
        let part = try batch.withArrow { schema, array throws(BatchViewError) in
            try BatchSelection.copy(schema, array, rows: [49, 3, 3, 0])
        }
        #expect(part.count == 4)
        for (row, source) in [49, 3, 3, 0].enumerated() {
            #expect(part.utf8(0)[row].elementsEqual("member-\(source)".utf8))
            for column in Self.columns.indices { #expect(part.isNull(column, row) == batch.isNull(column, source)) }
        }
    }

    /// Whatever a child sends, reading it ends in an error or in something that keeps to its bounds.
    @Test func brokenHeadsAreRefused() throws {
        var body = WireWriter()
        let batch = Self.batch(20)
        let plan = try batch.withArrow { schema, array throws(BatchViewError) in try BatchPlan(schema, array) }
        plan.writeHead(to: &body)
        body.append(count: plan.byteCount) { plan.writeBuffers(to: $0) }
        var random = SeededRandom(seed: 5)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = body.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            do {
                try bytes.withUnsafeBytes { bytes in
                    var reader = WireReader(bytes)
                    let head = try WireBatch.Head(&reader)
                    let memory = AlignedCopy(try reader.raw(reader.remaining))
                    let wire = try WireBatch(head, memory: memory.bytes, isTrusted: false)
                    let view = try BatchView(schema: wire.schema.pointer, array: wire.array)
                    for (column, definition) in view.columns.enumerated() where definition.type == .string {
                        let texts = view.utf8(column)
                        for row in 0..<min(view.count, 100) { _ = texts[row].reduce(0) { $0 ^ $1 } }
                    }
                    withExtendedLifetime((memory, wire)) {}
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 1000)
    }

    /// One long answer may be the error of all rows of a batch: it goes over once.
    @Test func anErrorOfManyRowsIsSentOnce() throws {
        var bodies: [WireWriter] = []
        let text = String(repeating: "x", count: 60_000)
        text.withBorrowed { response in
            var error = tessera_error()
            error.size = UInt32(MemoryLayout<tessera_error>.size)
            error.response = response
            withUnsafePointer(to: error) { error in
                let outcomes = (0..<8192).map {
                    tessera_outcome(row: UInt32($0), kind: 4, flags: 0, branch: 0, time_us: 0, error: error)
                }
                outcomes.withUnsafeBufferPointer { OutcomeWire.write($0) { bodies.append($0) } }
            }
        }
        #expect(bodies.count == 1)
        #expect(bodies[0].bytes.count < 300_000)
        var heard = 0
        try bodies[0].bytes.withUnsafeBytes { bytes in
            var reader = WireReader(bytes)
            try OutcomeWire.read(&reader) { outcomes in
                heard += outcomes.filter { OutcomeError($0.error).response == text }.count
            }
        }
        #expect(heard == 8192)
    }

    @Test func manyLongErrorsTakeSeveralFrames() throws {
        var bodies: [WireWriter] = []
        String(repeating: "x", count: 60_000).withBorrowed { response in
            let errors = (0..<400).map { _ in
                var error = tessera_error()
                error.size = UInt32(MemoryLayout<tessera_error>.size)
                error.response = response
                return error
            }
            errors.withUnsafeBufferPointer { errors in
                let outcomes = errors.indices.map { index in
                    tessera_outcome(
                        row: UInt32(index), kind: 4, flags: 0, branch: 0, time_us: 0,
                        error: errors.baseAddress.map { base in base + index })
                }
                outcomes.withUnsafeBufferPointer { OutcomeWire.write($0) { bodies.append($0) } }
            }
        }
        #expect(bodies.count > 4)
        #expect(bodies.allSatisfy { $0.bytes.count < 8 << 20 })
        var rows: [UInt32] = []
        for body in bodies {
            try body.bytes.withUnsafeBytes { bytes in
                var reader = WireReader(bytes)
                try OutcomeWire.read(&reader) { rows += $0.map(\.row) }
            }
        }
        #expect(rows == Array(0..<400))
    }

    @Test func outcomesArriveWithTheirErrors() throws {
        var body = WireWriter()
        "SERVER_ERROR".withBorrowed { code in
            var error = tessera_error()
            error.size = UInt32(MemoryLayout<tessera_error>.size)
            error.http_status = 503
            error.code = code
            withUnsafePointer(to: error) { error in
                let outcomes = [
                    tessera_outcome(row: 7, kind: 4, flags: 1, branch: 2, time_us: 9, error: error),
                    tessera_outcome(row: 8, kind: 1, flags: 0, branch: 0, time_us: 0, error: nil),
                ]
                outcomes.withUnsafeBufferPointer { OutcomeWire.write($0, to: &body) }
            }
        }
        var heard: [(UInt32, OutcomeError?)] = []
        try body.bytes.withUnsafeBytes { bytes in
            var reader = WireReader(bytes)
            try OutcomeWire.read(&reader) { outcomes in
                heard = outcomes.map { ($0.row, $0.error.map { OutcomeError($0) }) }
            }
            #expect(reader.isAtEnd)
        }
        #expect(heard.map(\.0) == [7, 8])
        #expect(heard[0].1 == OutcomeError(httpStatus: 503, code: "SERVER_ERROR", message: ""))
        #expect(heard[1].1 == nil)
    }
}
