import Journeys
import Store

/// The first run after an edit: members on tiles that the edit removed leave, and those waiting at a tile whose config
/// changed are handed to it at once.
extension RunExecution {
    func moveEdited() throws {
        for number in edited {
            var cursor: [UInt8]?
            repeat {
                let page = try members.members(
                    journeyNumber, status: .active, tile: number, after: cursor, limit: settings.batchRows)
                if tileIndices[number] == nil { try removeTile(page.rows) } else { try moveWaiting(page.rows) }
                cursor = page.next
            } while cursor != nil && control.stop == nil
            if control.stop != nil { return }
        }
    }

    private func removeTile(_ rows: MemberRows) throws {
        let cargo = cargo(of: rows, batch: rows.keyBatch())
        for row in 0..<cargo.batch.count { mover.exit(cargo, Int32(row), reason: .tileRemoved) }
        try step()
    }

    private func moveWaiting(_ rows: MemberRows) throws {
        let waiting = MemberRows(capacity: rows.count)
        for row in 0..<rows.count where rows.state(row) == .waiting || rows.state(row) == .retry {
            waiting.append(row, of: rows)
        }
        if !waiting.isEmpty { try move(waiting) }
    }

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
