import CTessera
import Platform

/// The memory of a `tessera_call` and the state of the call that uses it at the moment.
///
/// A plugin may keep the pointer longer than it should, so the memory lives as long as its instance and is used again only
/// after many other calls (`CallSlots`). A report or `done` for a call that has ended finds no live call and is counted.
///
/// Sendable without a check: the C struct and the texts are written in `begin` only, before the plugin gets the pointer;
/// all else stands behind the lock.
final class CallSlot: @unchecked Sendable {
    /// One call under way. Guarded by the slot's lock.
    struct Live {
        let serial: UInt64
        let sink: any OutcomeSink
        let cancelled: @Sendable () -> Bool
        let rules: OutcomeRules
        let deadline: Int64
        let isDryRun: Bool
        var dropped = 0
    }

    struct State {
        var live: Live?
        /// The serial of the call for which the plugin has yet to return or to call `done`; 0 when there is none.
        var owed: UInt64 = 0
        /// Keeps the instance open while a call on it is under way, past the deadline too.
        var instance: TileInstance?
        var reported: ReportedRows
    }

    let pointer: UnsafeMutablePointer<tessera_call>
    let isAsync: Bool
    let environment: HostEnvironment
    private let generation: PluginGeneration
    let state: Monitor<State>
    private var texts: [UnsafeMutablePointer<CChar>] = []
    private var capacity = 0

    init(isAsync: Bool, generation: PluginGeneration) {
        self.isAsync = isAsync
        self.generation = generation
        environment = generation.environment
        pointer = .allocate(capacity: 1)
        state = Monitor(State(reported: ReportedRows()))
        pointer.initialize(to: CallCallbacks.table)
        pointer.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        state.withLock { $0.reported.deallocate() }
        texts.forEach { $0.deallocate() }
        pointer.deallocate()
    }

    /// Prepares the struct for a call. Nobody else uses the slot at this moment.
    func begin(
        _ serial: UInt64, _ context: CallContext, rules: OutcomeRules, instance: TileInstance, sink: any OutcomeSink
    ) {
        pointer.pointee.flags = context.dryRun ? TESSERA_CALL_DRY_RUN : 0
        pointer.pointee.now_us = context.nowUs
        pointer.pointee.run_at_us = context.runAtUs
        pointer.pointee.deadline_us = context.deadlineUs
        writeTexts(context)
        state.withLock { state in
            state.reported.clear(rows: rules.rows)
            state.owed = serial
            state.instance = instance
            state.live = Live(
                serial: serial, sink: sink, cancelled: context.cancelled, rules: rules, deadline: context.deadlineUs,
                isDryRun: context.dryRun)
        }
        environment.watchdog.watch(self, serial: serial, deadline: context.deadlineUs)
    }

    func isLive(_ serial: UInt64) -> Bool { state.withLock { $0.live?.serial == serial } }

    /// Ends a call towards its sink; false when it had ended before. Any thread.
    @discardableResult
    func finish(_ serial: UInt64, _ end: CallEnd) -> Bool {
        guard let ended = takeLive(serial) else { return false }
        conclude(ended, end)
        return true
    }

    /// Ends a call towards its plugin: from here on its reports are late. Nil when it had ended before.
    func takeLive(_ serial: UInt64) -> Live? {
        state.withLock { state in
            guard let live = state.live, live.serial == serial else { return nil }
            state.live = nil
            return live
        }
    }

    /// Tells the sink of a call that `takeLive` gave.
    func conclude(_ ended: Live, _ end: CallEnd) {
        environment.watchdog.forget(serial: ended.serial)
        generation.figures.ended(end)
        if ended.dropped > 0, generation.figures.dropped(ended.dropped) == 0 {
            warn("a tile reported outcomes that were ignored: row, branch, kind or time out of range", ended.dropped)
        }
        ended.sink.done(end)
    }

    /// The plugin owes nothing more for this call: it returned or called `done`. Gives the instance that the call kept
    /// open, once; nil when it was settled before.
    func settle(_ serial: UInt64) -> TileInstance? {
        state.withLock { state in
            guard state.owed == serial, serial != 0 else { return nil }
            state.owed = 0
            defer { state.instance = nil }
            return state.instance
        }
    }

    /// Counts what came for a call that has ended, and warns at the first.
    func late(_ count: Int) {
        if generation.figures.late(count) == 0 { warn("a tile reported after its call had ended", count) }
    }

    private func warn(_ message: String, _ count: Int) {
        environment.log.warning(message, ["plugin": generation.image.id, "count": String(count)])
    }

    /// The four ids stand one after the other in one buffer. A buffer that gets too small is kept: a late reader may still
    /// look at it.
    private func writeTexts(_ context: CallContext) {
        let ids = [context.workspaceID, context.journeyID, context.runID, context.tileID]
        let needed = ids.reduce(0) { $0 + $1.utf8.count }
        if needed > capacity || texts.isEmpty {
            capacity = max(256, needed)
            texts.append(.allocate(capacity: capacity))
        }
        var place = texts[texts.count - 1]
        func write(_ id: String) -> tessera_str {
            let start = place
            for byte in id.utf8 {
                place.initialize(to: CChar(bitPattern: byte))
                place += 1
            }
            return tessera_str(data: UnsafePointer(start), length: place - start)
        }
        pointer.pointee.workspace_id = write(context.workspaceID)
        pointer.pointee.journey_id = write(context.journeyID)
        pointer.pointee.run_id = write(context.runID)
        pointer.pointee.tile_id = write(context.tileID)
    }
}
