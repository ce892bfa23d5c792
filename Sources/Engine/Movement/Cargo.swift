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
    let entry: Cells<Int32>
    /// Attempts begun at the present tile; waits do not count.
    let attempt: Cells<Int32>
    let firstAttemptAt: Cells<Int64>
    let arrivedAt: Cells<Int64>
    let enteredAt: Cells<Int64>

    /// Where the member is now, as an index into the journey's tiles.
    let tile: Cells<Int32>
    let status: Cells<MemberStatus>
    let state: Cells<MemberState>
    let wake: Cells<Int64>
    let leftAt: Cells<Int64>
    let reason: Cells<ExitReason>
    let generation: Cells<Int32>
    /// The steps since the last commit, as a way of `trail`.
    let way: Cells<Int32>
    let trail = Trail()
    /// Why a row is in retry or parked.
    var errors: [Int32: MemberError] = [:]

    /// Where the database counts the member as of the last commit: tile number, status, and state.
    let origin: Cells<Int32>
    let originStatus: Cells<MemberStatus>
    let originState: Cells<MemberState>
    /// The database has no row for it.
    let isNew: Cells<Bool>
    /// Changed since the last commit.
    let dirty: Cells<Bool>
    private let anyDirty = Cells(false, 1)
    var hasDirty: Bool {
        get { anyDirty[0] }
        set { anyDirty[0] = newValue }
    }
    /// Has left a tile in this run.
    let moved: Cells<Bool>

    init(batch: RecordBatch, time: Int64) {
        self.batch = batch
        keys = batch.utf8(0)
        let count = batch.count
        entry = Cells(1, count)
        attempt = Cells(0, count)
        firstAttemptAt = Cells(MemberRows.noTime, count)
        arrivedAt = Cells(time, count)
        enteredAt = Cells(time, count)
        tile = Cells(Cargo.nowhere, count)
        status = Cells(.active, count)
        state = Cells(.none, count)
        wake = Cells(MemberRows.noTime, count)
        leftAt = Cells(MemberRows.noTime, count)
        reason = Cells(.none, count)
        generation = Cells(0, count)
        way = Cells(Trail.none, count)
        origin = Cells(Cargo.nowhere, count)
        originStatus = Cells(.active, count)
        originState = Cells(.none, count)
        isNew = Cells(false, count)
        dirty = Cells(false, count)
        moved = Cells(false, count)
    }

    deinit {
        entry.deallocate()
        attempt.deallocate()
        firstAttemptAt.deallocate()
        arrivedAt.deallocate()
        enteredAt.deallocate()
        tile.deallocate()
        status.deallocate()
        state.deallocate()
        wake.deallocate()
        leftAt.deallocate()
        reason.deallocate()
        generation.deallocate()
        way.deallocate()
        origin.deallocate()
        originStatus.deallocate()
        originState.deallocate()
        isNew.deallocate()
        dirty.deallocate()
        moved.deallocate()
        anyDirty.deallocate()
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
