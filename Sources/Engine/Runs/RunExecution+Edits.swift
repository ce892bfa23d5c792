import Journeys
import Store

/// The first run after an edit: members on tiles that the edit removed leave, and those waiting at a tile whose config
/// changed are handed to it at once.
extension RunExecution {
    func moveEdited() throws {
        // It was done before entry began.
        guard progress.phase == Phase.beforeEntry.rawValue else { return }
        let passed = progress.cursor.flatMap(EditCursor.init)
        for number in edited where number >= passed?.tile ?? .min {
            var cursor = number == passed?.tile ? passed?.key : nil
            repeat {
                let page = try members.members(
                    journeyNumber, status: .active, tile: number, after: cursor, limit: settings.batchRows)
                let next = page.next.map { EditCursor(tile: number, key: $0) } ?? EditCursor(tile: number + 1, key: nil)
                let isRemoved = tileIndices[number] == nil
                try isRemoved ? removeTile(page.rows, next) : moveWaiting(page.rows, next)
                cursor = page.next
            } while cursor != nil && control.stop == nil
            if control.stop != nil { return }
        }
    }

    /// How far it is with an edit's members, kept as the run's cursor until entry begins: a tile's number, and the key up to
    /// which its members were handed over.
    private struct EditCursor {
        var tile: Int32
        var key: [UInt8]?

        init(tile: Int32, key: [UInt8]?) { (self.tile, self.key) = (tile, key) }

        init?(bytes: [UInt8]) {
            guard bytes.count >= 4 else { return nil }
            tile = Int32(bitPattern: bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) })
            key = bytes.count == 4 ? nil : Array(bytes[4...])
        }

        var bytes: [UInt8] { withUnsafeBytes(of: tile.bigEndian, Array.init) + (key ?? []) }
    }

    private func removeTile(_ rows: MemberRows, _ next: EditCursor) throws {
        let cargo = cargo(of: rows, batch: rows.keyBatch())
        for row in 0..<cargo.batch.count { mover.exit(cargo, Int32(row), reason: .tileRemoved) }
        note(next)
        try step()
    }

    private func moveWaiting(_ rows: MemberRows, _ next: EditCursor) throws {
        let waiting = MemberRows(capacity: rows.count)
        for row in 0..<rows.count where rows.state(row) == .waiting || rows.state(row) == .retry {
            waiting.append(row, of: rows)
        }
        if waiting.isEmpty { note(next) } else { try move(waiting) { note(next) } }
    }

    /// Committed with the page that leads there: nobody is handed over, and counted, once more after a kill.
    private func note(_ next: EditCursor) { noteProgress(phase: .beforeEntry, cursor: next.bytes) }

    /// The numbers of tiles that an edit has removed or configured anew since the journey's last completed run.
    static func editedTiles(
        before: Journey?, now: Journey, members: MemberStore, journeyNumber: Int32
    ) throws -> [Int32] {
        let present = Dictionary(now.tiles.map { ($0.id, $0) }) { first, _ in first }
        let previous = Dictionary((before?.tiles ?? []).map { ($0.id, $0) }) { first, _ in first }
        return try members.tiles(journeyNumber).filter { tile in
            guard let new = present[tile.id] else { return true }
            guard let old = previous[tile.id] else { return false }
            return old.config != new.config || old.type != new.type
        }.map(\.number)
    }
}
