import Journeys
import Store

/// What has come since the last completed run and concerns members where they stand: edits, by `EditRules`, and pauses. Only
/// tiles with members count.
struct RunEdits: Sendable {
    /// Numbers of tiles that are configured anew.
    var changed: Set<Int32> = []
    /// Numbers of tiles that are gone, and the index of the tile where their members arrive; nil: they leave.
    var removed: [Int32: Int?] = [:]
    /// The last pause that has moved waits, when their tiles have not been asked since.
    var pause: Int64?
    /// Numbers of tiles whose waits count from the arrival, which the pause has moved: they are asked.
    var moved: Set<Int32> = []

    var tiles: Set<Int32> { changed.union(moved).union(removed.keys) }

    /// Has waits that a pause has moved handed to their tiles.
    /// - Parameter tiles: all that members may stand at.
    mutating func handOver(
        after pause: Int64, _ compiled: CompiledJourney, _ tiles: [(number: Int32, id: String)]
    ) {
        self.pause = pause
        moved = Set(compiled.tiles(countFromArrival: true, of: tiles))
    }
}

/// The first run after an edit or a pause: members on tiles that the edit removed skip forward or leave, and those waiting at a
/// tile whose config changed, or whose arrival moved, are handed to it at once.
extension RunExecution {
    /// One pass over the members, in key order: whoever moves from one of these tiles to another is not met again.
    func moveEdited() throws {
        guard hasEdits else { return }
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

    /// Whether who stands at such a tile is still to be handed over. It was done before entry began, or before a kill.
    var hasEdits: Bool {
        progress.phase == Phase.beforeEntry.rawValue && progress.cursor != Self.editsAreDone
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
                let isHandedOver =
                    switch rows.state(row) {
                    case .waiting: true
                    // A time to try again counts from no arrival.
                    case .retry: edits.changed.contains(tile)
                    default: false
                    }
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
