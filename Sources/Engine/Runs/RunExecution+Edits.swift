import Journeys
import Store

/// What edits since the last completed run mean for the members of a run, by `EditRules`. Only tiles with members count.
struct RunEdits: Sendable {
    /// Numbers of tiles that are configured anew.
    var changed: [Int32] = []
    /// Numbers of tiles that are gone, and the index of the tile where their members arrive; nil: they leave.
    var removed: [Int32: Int?] = [:]
}

/// The first run after an edit: members on tiles that the edit removed skip forward or leave, and those waiting at a tile
/// whose config changed are handed to it at once.
extension RunExecution {
    func moveEdited() throws {
        // It was done before entry began.
        guard progress.phase == Phase.beforeEntry.rawValue else { return }
        let passed = progress.cursor.flatMap(EditCursor.init)
        for (place, number) in editedTiles where place >= passed?.place ?? 0 {
            var key = place == passed?.place ? passed?.key : nil
            repeat {
                if control.stop != nil { return }
                let page = try members.members(
                    journeyNumber, status: .active, tile: number, after: key, limit: settings.batchRows)
                let next = page.next.map { EditCursor(place: place, key: $0) } ?? EditCursor(place: place + 1)
                if !page.rows.isEmpty { try moveEdited(page.rows, tile: number) { note(next) } }
                key = page.next
            } while key != nil
        }
        // Goes with the next commit: who comes to a changed tile from now on is not met there after a kill.
        progress.cursor = EditCursor(place: .max).bytes
    }

    /// The numbers of tiles that an edit concerns, each with its place in an order that is the same after a kill, though fewer may
    /// be left then. Changed tiles come from the last to the first, and before those that are gone: who moves from one to another
    /// finds that one done, and is handed to it once.
    private var editedTiles: [(place: Int32, number: Int32)] {
        let order = compiled.plan.order.reversed().map { tileNumbers[$0] }
        let changed = Set(edits.changed)
        return zip(0..., order).filter { changed.contains($1) }
            + edits.removed.keys.sorted().map { (Int32(order.count) + $0, $0) }
    }

    /// How far it is with an edit's members, kept as the run's cursor until entry begins: a tile's place, and the key up to
    /// which its members were handed over.
    private struct EditCursor {
        var place: Int32
        var key: [UInt8]?

        init(place: Int32, key: [UInt8]? = nil) { (self.place, self.key) = (place, key) }

        init?(bytes: [UInt8]) {
            guard bytes.count >= 4 else { return nil }
            place = Int32(bitPattern: bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) })
            key = bytes.count == 4 ? nil : Array(bytes[4...])
        }

        var bytes: [UInt8] { withUnsafeBytes(of: place.bigEndian, Array.init) + (key ?? []) }
    }

    /// Committed with the page that leads there: nobody is handed over, and counted, once more after a kill.
    private func note(_ next: EditCursor) { noteProgress(phase: .beforeEntry, cursor: next.bytes) }

    private func moveEdited(_ rows: MemberRows, tile number: Int32, handedOver: () -> Void) throws {
        switch edits.removed[number] {
        case .some(.some): return try move(rows, handedOver: handedOver)
        case .some(.none):
            // Who only leaves is not looked up in the model.
            let cargo = cargo(of: rows, batch: rows.keyBatch())
            for row in 0..<cargo.batch.count { mover.exit(cargo, Int32(row), reason: .tileRemoved) }
        case .none:
            let waiting = MemberRows(capacity: rows.count)
            for row in 0..<rows.count where rows.state(row) == .waiting || rows.state(row) == .retry {
                waiting.append(row, of: rows)
            }
            if !waiting.isEmpty { return try move(waiting, handedOver: handedOver) }
        }
        handedOver()
        try step()
    }
}
