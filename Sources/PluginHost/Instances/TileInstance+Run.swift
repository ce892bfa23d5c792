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
        batch.withArrow { schema, array in run(lent: schema, array, rows: batch.count, context, sink: sink) }
    }

    /// The same with a batch as C structs, valid until this returns.
    func run(
        lent schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>, rows: Int,
        _ context: CallContext, sink: any OutcomeSink
    ) -> Int32 {
        let serial = CallSlots.nextSerial()
        let slot = slots.take()
        let reportable = type.sideEffects ? branches.count - 1 : branches.count
        slot.begin(
            serial, context, rules: OutcomeRules(rows: rows, branches: reportable, now: context.nowUs),
            instance: self, sink: sink)
        owner.figures.began(rows: rows)
        let status =
            type.isConcurrent
            ? call(schema, array, slot)
            : turn.withLock { _ in
                // Past the deadline the rows are unknown already, and the engine may be trying them elsewhere.
                slot.isLive(serial) ? call(schema, array, slot) : -1
            }
        guard !type.isAsync || status != 0 else { return 0 }  // `done` ends the call, now or later
        if slot.settle(serial) != nil {
            slot.finish(serial, status == 0 ? .finished : .failed(status))
            slots.giveBack(slot)
        }
        return status
    }

    private func call(
        _ schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>, _ slot: CallSlot
    ) -> Int32 {
        let start = Self.nanoseconds()
        defer { owner.figures.spent(nanoseconds: Self.nanoseconds() - start) }
        return runTable(table, raw, schema, array, slot.pointer)
    }

    /// Real time, unmoved by changes of the wall clock.
    private static func nanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
