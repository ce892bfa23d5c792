import CTessera
import Columns
import Journeys

/// A batch that another process laid into memory (`BatchPlan`), as Arrow structs over that memory.
///
/// Valid while the memory is, and for one thread at a time.
final class WireBatch {
    let rows: Int
    let schema: BatchSchema
    let array: UnsafePointer<ArrowArray>

    private let structs: UnsafeMutablePointer<ArrowArray>
    private let children: UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>
    private let buffers: UnsafeMutablePointer<UnsafeRawPointer?>

    /// A head, read and checked.
    struct Head {
        struct Part {
            var nullCount: Int64
            var places: [Range<Int>]
        }
        var rows: Int
        var byteCount: Int
        var columns: [Column] = []
        var parts: [Part] = []
    }

    /// - Parameters:
    ///   - known: a schema that is used again when it has the same columns.
    ///   - isTrusted: the gateway made it. Otherwise the offsets of texts are checked too.
    init(
        _ head: Head, memory: UnsafeRawBufferPointer, known: BatchSchema? = nil, isTrusted: Bool
    ) throws(WireError) {
        guard head.byteCount <= memory.count else { throw .broken("a batch that is larger than its memory") }
        if let known, Self.isSame(known.columns, head.columns) {
            schema = known
        } else {
            schema = BatchSchema(columns: head.columns)
        }
        rows = head.rows
        let count = head.parts.count
        structs = .allocate(capacity: count + 1)
        children = .allocate(capacity: max(1, count))
        buffers = .allocate(capacity: 1 + 3 * count)
        buffers.initialize(repeating: nil, count: 1 + 3 * count)
        for (index, part) in head.parts.enumerated() {
            let own = buffers + 1 + 3 * index
            for (piece, place) in part.places.enumerated() where !place.isEmpty {
                own[piece] = memory.baseAddress.map { $0 + place.lowerBound }
            }
            let isText = head.columns[index].type == .string
            if isText, own[2] == nil { own[2] = own[1] }  // nothing of it is read
            (structs + index + 1).initialize(
                to: ArrowArray(
                    length: Int64(rows), null_count: part.nullCount, offset: 0, n_buffers: isText ? 3 : 2,
                    n_children: 0, buffers: own, children: nil, dictionary: nil, release: { _ in }, private_data: nil))
            (children + index).initialize(to: structs + index + 1)
        }
        structs.initialize(
            to: ArrowArray(
                length: Int64(rows), null_count: 0, offset: 0, n_buffers: 1, n_children: Int64(count),
                buffers: buffers, children: children, dictionary: nil, release: { _ in }, private_data: nil))
        array = UnsafePointer(structs)
        if !isTrusted {
            for (index, part) in head.parts.enumerated() where head.columns[index].type == .string {
                try Self.check(buffers[1 + 3 * index + 1], rows: rows, bytes: part.places[2].count)
            }
        }
    }

    deinit {
        buffers.deallocate()
        children.deallocate()
        structs.deallocate()
    }

    private static func isSame(_ known: [Column], _ columns: [Column]) -> Bool {
        known.count == columns.count
            && zip(known, columns).allSatisfy { $0 == $1 && $0.name.utf8.elementsEqual($1.name.utf8) }
    }

    private static func check(_ offsets: UnsafeRawPointer?, rows: Int, bytes: Int) throws(WireError) {
        guard let offsets = offsets?.assumingMemoryBound(to: Int32.self), offsets[0] == 0 else {
            throw .broken("texts that do not begin at 0")
        }
        for row in 0..<rows where offsets[row + 1] < offsets[row] { throw .broken("texts of negative length") }
        guard Int(offsets[rows]) <= bytes else { throw .broken("texts beyond their memory") }
    }

    /// Bytes of the value buffer of that many rows: offsets for texts.
    static func valueBytes(_ type: ColumnType, _ rows: Int) -> Int {
        switch type {
        case .boolean: (rows + 7) / 8
        case .integer, .number, .timestamp: rows * 8
        case .date: rows * 4
        case .string: (rows + 1) * 4
        }
    }

    private static let types: [ColumnType] = [.boolean, .integer, .number, .string, .date, .timestamp]

    static func code(of type: ColumnType) -> UInt8 { UInt8(types.firstIndex(of: type) ?? 0) }

    static func type(of code: UInt8) throws(WireError) -> ColumnType {
        guard Int(code) < types.count else { throw .broken("a column of an unknown type") }
        return types[Int(code)]
    }
}

extension WireBatch.Head {
    /// Reads what `BatchPlan.writeHead` wrote; every place lies in the batch and has the length that its type needs.
    init(_ body: inout WireReader) throws(WireError) {
        let rows = try body.integer(UInt64.self)
        let byteCount = try body.integer(UInt64.self)
        guard rows <= UInt64(UInt32.max), byteCount <= UInt64(1) << 40 else { throw .broken("a batch too large") }
        self.rows = Int(rows)
        self.byteCount = Int(byteCount)
        for _ in 0..<(try body.count()) {
            let name = try body.text()
            let type = try WireBatch.type(of: body.integer())
            let nullable = try body.bool()
            columns.append(Column(name: name, type: type, nullable: nullable, isJSON: try body.bool()))
            let nullCount = try body.integer(Int64.self)
            var places: [Range<Int>] = []
            for _ in 0..<3 {
                let place = try body.integer(UInt64.self)
                let length = try body.integer(UInt64.self)
                guard place <= byteCount, length <= byteCount - place, place % 64 == 0 else {
                    throw .broken("a column outside its batch")
                }
                places.append(Int(place)..<Int(place + length))
            }
            let bits = (self.rows + 7) / 8
            guard places[0].isEmpty || places[0].count == bits,
                places[1].count == WireBatch.valueBytes(type, self.rows), type == .string || places[2].isEmpty,
                !places[0].isEmpty || nullCount == 0 || bits == 0
            else { throw .broken("a column of a wrong length") }
            parts.append(Part(nullCount: nullCount, places: places))
        }
    }
}
