import Columns
import Store

/// Among the engine's own types the stored form of a member's status is meant, not the API's word.
typealias MemberStatus = Store.MemberStatus

/// The members of one batch of the model on their way through the tiles, as parallel arrays; row i of the batch is
/// member i. Attributes live here only: they are never kept with a member.
///
/// Belongs to the thread of its run.
final class Cargo {
    /// No tile: the member is not in the database's counts yet.
    static let nowhere: Int32 = -1

    /// `$member`, then the columns that the journey's tiles read.
    let batch: RecordBatch
    let keys: Utf8View

    /// 1, 2 …: how often the member has entered.
    var entry: [Int32]
    /// Attempts begun at the present tile; waits do not count.
    var attempt: [Int32]
    var firstAttemptAt: [Int64]
    var arrivedAt: [Int64]
    var enteredAt: [Int64]

    /// Where the member is now, as an index into the journey's tiles.
    var tile: [Int32]
    var status: [MemberStatus]
    var state: [MemberState]
    var wake: [Int64]
    var leftAt: [Int64]
    var reason: [ExitReason]
    var generation: [Int32]
    /// Why a row is in retry or parked.
    var errors: [Int32: MemberError] = [:]

    /// Where the database counts the member as of the last commit: tile number, status, and state.
    var origin: [Int32]
    var originStatus: [MemberStatus]
    var originState: [MemberState]
    /// The database has no row for it.
    var isNew: [Bool]
    /// Changed since the last commit.
    var dirty: [Bool]
    var hasDirty = false
    /// Has left a tile in this run.
    var moved: [Bool]

    init(batch: RecordBatch, time: Int64) {
        self.batch = batch
        keys = batch.utf8(0)
        let count = batch.count
        entry = .init(repeating: 1, count: count)
        attempt = .init(repeating: 0, count: count)
        firstAttemptAt = .init(repeating: MemberRows.noTime, count: count)
        arrivedAt = .init(repeating: time, count: count)
        enteredAt = .init(repeating: time, count: count)
        tile = .init(repeating: Cargo.nowhere, count: count)
        status = .init(repeating: .active, count: count)
        state = .init(repeating: .none, count: count)
        wake = .init(repeating: MemberRows.noTime, count: count)
        leftAt = .init(repeating: MemberRows.noTime, count: count)
        reason = .init(repeating: .none, count: count)
        generation = .init(repeating: 0, count: count)
        origin = .init(repeating: Cargo.nowhere, count: count)
        originStatus = .init(repeating: .active, count: count)
        originState = .init(repeating: .none, count: count)
        isNew = .init(repeating: false, count: count)
        dirty = .init(repeating: false, count: count)
        moved = .init(repeating: false, count: count)
    }

    func markDirty(_ row: Int) {
        dirty[row] = true
        hasDirty = true
    }
}

/// Some rows of a cargo at one tile.
struct Parcel {
    let cargo: Cargo
    var rows: [Int32]
}
