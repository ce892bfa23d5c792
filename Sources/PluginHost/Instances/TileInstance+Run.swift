import CTessera
import Columns
import Glibc

extension TileInstance {
    /// Hands a batch to the tile. Calls of an instance whose type is not CONCURRENT wait for each other.
    ///
    /// - Parameters:
    ///   - batch: the columns of `columns`, in that order, and at most `type.maxBatch` rows. An ASYNC type copies what it
    ///     needs before this returns.
    ///   - context: its deadline is kept by the host: the sink hears `timedOut` then, though the plugin may still be busy.
    ///   - sink: hears `report` and, exactly once, `done`, perhaps before this returns.
    /// - Returns: what the plugin returned, 0 for success; -1 when the deadline had passed before it got its turn.
    @discardableResult
    public func run(_ batch: RecordBatch, _ context: CallContext, sink: any OutcomeSink) -> Int32 {
        let serial = CallSlots.nextSerial()
        let slot = slots.take()
        let reportable = type.sideEffects ? branches.count - 1 : branches.count
        slot.begin(
            serial, context, rules: OutcomeRules(rows: batch.count, branches: reportable, now: context.nowUs),
            instance: self, sink: sink)
        owner.figures.began(rows: batch.count)
        let status =
            type.isConcurrent
            ? call(batch, slot)
            : turn.withLock { _ in
                // Past the deadline the rows are unknown already, and the engine may be trying them elsewhere.
                slot.isLive(serial) ? call(batch, slot) : -1
            }
        guard !type.isAsync || status != 0 else { return 0 }  // `done` ends the call, now or later
        if slot.settle(serial) != nil {
            slot.finish(serial, status == 0 ? .finished : .failed(status))
            slots.giveBack(slot)
        }
        return status
    }

    private func call(_ batch: RecordBatch, _ slot: CallSlot) -> Int32 {
        let start = Self.nanoseconds()
        defer { owner.figures.spent(nanoseconds: Self.nanoseconds() - start) }
        return batch.withArrow { schema, array in runTable(table, raw, schema, array, slot.pointer) }
    }

    /// Real time, unmoved by changes of the wall clock.
    private static func nanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
