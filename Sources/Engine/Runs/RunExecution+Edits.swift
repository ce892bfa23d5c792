import Journeys
import Store

/// What edits since the last completed run mean for the members of a run, by `EditRules`. Only tiles with members count.
struct RunEdits: Sendable {
    /// Numbers of tiles that are configured anew.
    var changed: Set<Int32> = []
    /// Numbers of tiles that are gone, and the index of the tile where their members arrive; nil: they leave.
    var removed: [Int32: Int?] = [:]

    fileprivate var tiles: Set<Int32> { changed.union(removed.keys) }
}

/// The first run after an edit: members on tiles that the edit removed skip forward or leave, and those waiting at a tile
/// whose config changed are handed to it at once.
extension RunExecution {
    /// One pass over the members, in key order: whoever moves from one of these tiles to another is not met again.
    func moveEdited() throws {
        // It was done before entry began, or before a kill.
        guard progress.phase == Phase.beforeEntry.rawValue, progress.cursor != Self.editsAreDone else { return }
        let tiles = edits.tiles
        var key = progress.cursor.map { Array($0.dropFirst()) }
        var isDone = tiles.isEmpty
        while !isDone {
            if control.stop != nil { return }
            let page = try members.members(
                journeyNumber, status: .active, tiles: tiles, after: key, limit: settings.batchRows)
            key = page.next
            isDone = key == nil
            // Committed with the page that leads there: nobody is handed over, and counted, once more after a kill.
            let cursor = key.map { [0] + $0 } ?? Self.editsAreDone
            if !page.rows.isEmpty {
                try moveEdited(page.rows) { noteProgress(phase: .beforeEntry, cursor: cursor) }
            }
        }
        // Goes with the next commit: who comes to such a tile from now on is not met there after a kill.
        progress.cursor = Self.editsAreDone
    }

    /// In place of a cursor, which is a zero and the key up to which members were handed over.
    private static let editsAreDone: [UInt8] = [1]

    private func moveEdited(_ rows: MemberRows, handedOver: () -> Void) throws {
        let (going, leaving) = (MemberRows(capacity: rows.count), MemberRows())
        for row in 0..<rows.count {
            let tile = rows.tile[row]
            switch edits.removed[tile] {
            case .some(.some): going.append(row, of: rows)
            case .some(.none): leaving.append(row, of: rows)
            case .none:
                let isHandedOver = rows.state(row) == .waiting || rows.state(row) == .retry
                if isHandedOver { going.append(row, of: rows) }
            }
        }
        if !leaving.isEmpty {
            // Who only leaves is not looked up in the model.
            let cargo = cargo(of: leaving, batch: leaving.keyBatch())
            for row in 0..<cargo.batch.count { mover.exit(cargo, Int32(row), reason: .tileRemoved) }
        }
        if !going.isEmpty { return try move(going, handedOver: handedOver) }
        handedOver()
        try step()
    }
}
