import CTessera
import Columns
import Journeys

/// How a lent batch is laid into one stretch of memory for another process: a head, which goes by frame, and the buffers of
/// all columns one after the other, each at a multiple of 64 bytes.
///
/// Valid while the batch is lent.
struct BatchPlan {
    private struct Piece {
        var source: UnsafeRawPointer?
        var place = 0
        var length = 0
        /// Offsets are written less this: the other end sees a batch that begins with its own first byte.
        var base: Int32 = 0
    }
    private struct Part {
        var column: Column
        var nullCount: Int64
        var pieces: [Piece]
    }

    let rows: Int
    /// Bytes of all buffers.
    private(set) var byteCount = 0
    private var parts: [Part] = []

    /// - Throws: for structs that are no batch of ours.
    init(_ schema: UnsafePointer<ArrowSchema>?, _ array: UnsafePointer<ArrowArray>?) throws(BatchViewError) {
        guard let schema, let array else { throw BatchViewError(message: "a batch that is null") }
        let columns = try BatchView.columns(of: schema)
        rows = Int(array.pointee.length)
        guard rows >= 0, rows <= Int(UInt32.max), array.pointee.offset == 0,
            array.pointee.n_children == Int64(columns.count)
        else { throw BatchViewError(message: "a batch whose rows, offset or columns are not as they must be") }
        parts.reserveCapacity(columns.count)
        for (index, column) in columns.enumerated() {
            guard let child = array.pointee.children?[index]?.pointee, child.offset == 0, let buffers = child.buffers
            else { throw BatchViewError(message: "column '\(column.name)' is missing in the batch") }
            let pieces = pieces(column.type, buffers, child)
            // Without a bitmap there are no nulls, whatever is counted.
            parts.append(Part(column: column, nullCount: pieces[0].length == 0 ? 0 : child.null_count, pieces: pieces))
        }
        for part in parts.indices {
            for piece in parts[part].pieces.indices {
                parts[part].pieces[piece].place = byteCount
                byteCount += (parts[part].pieces[piece].length + 63) & ~63
            }
        }
    }

    private func pieces(
        _ type: ColumnType, _ buffers: UnsafeMutablePointer<UnsafeRawPointer?>, _ array: ArrowArray
    ) -> [Piece] {
        let validity = array.null_count == 0 ? nil : buffers[0]
        var pieces = [
            Piece(source: validity, length: validity == nil ? 0 : (rows + 7) / 8),
            Piece(source: buffers[1], length: WireBatch.valueBytes(type, rows)),
            Piece(source: nil),
        ]
        guard type == .string else { return pieces }
        guard rows > 0, let offsets = buffers[1]?.assumingMemoryBound(to: Int32.self) else {
            // Without rows a maker may leave the buffers out: one offset of 0 is written.
            pieces[1].source = nil
            return pieces
        }
        pieces[1].base = offsets[0]
        pieces[2].source = buffers[2].map { $0 + Int(offsets[0]) }
        pieces[2].length = pieces[2].source == nil ? 0 : Int(offsets[rows] - offsets[0])
        return pieces
    }

    func writeHead(to body: inout WireWriter) {
        body.integer(UInt64(rows))
        body.integer(UInt64(byteCount))
        body.list(parts) { body, part in
            body.text(part.column.name)
            body.integer(WireBatch.code(of: part.column.type))
            body.bool(part.column.nullable)
            body.bool(part.column.isJSON)
            body.integer(part.nullCount)
            for piece in part.pieces {
                body.integer(UInt64(piece.place))
                body.integer(UInt64(piece.length))
            }
        }
    }

    /// Copies the buffers. `memory` has room for `byteCount`.
    func writeBuffers(to memory: UnsafeMutableRawBufferPointer) {
        for part in parts {
            for piece in part.pieces where piece.length > 0 {
                let target = UnsafeMutableRawBufferPointer(
                    rebasing: memory[piece.place..<(piece.place + piece.length)])
                guard let source = piece.source else {
                    target.initializeMemory(as: UInt8.self, repeating: 0)
                    continue
                }
                guard piece.base != 0 else {
                    target.copyMemory(from: UnsafeRawBufferPointer(start: source, count: piece.length))
                    continue
                }
                let offsets = target.bindMemory(to: Int32.self)
                for index in 0..<offsets.count {
                    offsets[index] = source.load(fromByteOffset: 4 * index, as: Int32.self) - piece.base
                }
            }
        }
    }
}
