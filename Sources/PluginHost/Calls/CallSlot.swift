import CTessera
import Glibc

/// The memory of a `tessera_call` and the state of the call that uses it at the moment.
///
/// A plugin may keep the pointer longer than it should, so the memory lives as long as its instance and is used again only
/// after many other calls (`CallSlots`). A report or `done` for a call that has ended finds no live call and is counted.
///
/// Sendable without a check: the C struct and the texts are written in `begin` only, before the plugin gets the pointer;
/// all else stands behind the lock. Lock and state are plain memory, not a `Monitor`, because a tile may report row by
/// row: a class's own fields and a generic lock would cost more than the report.
final class CallSlot: @unchecked Sendable {
    /// One call under way.
    final class Live: Sendable {
        let serial: UInt64
        let sink: any OutcomeSink
        let cancelled: @Sendable () -> Bool
        let rules: OutcomeRules
        let isDryRun: Bool

        init(_ serial: UInt64, _ context: CallContext, rules: OutcomeRules, sink: any OutcomeSink) {
            self.serial = serial
            self.sink = sink
            self.rules = rules
            cancelled = context.cancelled
            isDryRun = context.dryRun
        }
    }

    struct State {
        var live: Live?
        /// Of the live call; an isolated plugin is given its time anew for each repeat.
        var deadline = Int64.max
        var dropped = 0
        /// The serial of the call for which the plugin has yet to return or to call `done`; 0 when there is none.
        var owed: UInt64 = 0
        /// Keeps the instance open while a call on it is under way, past the deadline too.
        var instance: TileInstance?
        var reported = ReportedRows()
    }

    let pointer: UnsafeMutablePointer<tessera_call>
    let isAsync: Bool
    let environment: HostEnvironment
    private let generation: PluginGeneration
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let state: UnsafeMutablePointer<State>
    private let texts = CallTexts()

    init(isAsync: Bool, generation: PluginGeneration) {
        self.isAsync = isAsync
        self.generation = generation
        environment = generation.environment
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        state = .allocate(capacity: 1)
        state.initialize(to: State())
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: CallCallbacks.table)
        pointer.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        state.pointee.reported.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        pointer.deallocate()
    }

    /// Runs `body` with the state under the lock.
    @inline(__always)
    func locked<Result>(_ body: (UnsafeMutablePointer<State>) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(state)
    }

    /// Prepares the struct for a call. Nobody else uses the slot at this moment.
    func begin(
        _ serial: UInt64, _ context: CallContext, rules: OutcomeRules, instance: TileInstance, sink: any OutcomeSink
    ) {
        pointer.pointee.flags = context.dryRun ? TESSERA_CALL_DRY_RUN : 0
        pointer.pointee.now_us = context.nowUs
        pointer.pointee.run_at_us = context.runAtUs
        pointer.pointee.deadline_us = context.deadlineUs
        texts.write(context, to: pointer)
        let live = Live(serial, context, rules: rules, sink: sink)
        locked { state in
            state.pointee.reported.clear(rows: rules.rows)
            state.pointee.dropped = 0
            state.pointee.owed = serial
            state.pointee.instance = instance
            state.pointee.live = live
            state.pointee.deadline = context.deadlineUs
        }
        environment.watchdog.watch(self, serial: serial, deadline: context.deadlineUs)
    }

    func isLive(_ serial: UInt64) -> Bool { locked { $0.pointee.live?.serial == serial } }

    /// Ends a call towards its sink; false when it had ended before. Any thread.
    @discardableResult
    func finish(_ serial: UInt64, _ end: CallEnd) -> Bool {
        guard let ended = takeLive(serial) else { return false }
        conclude(ended, end)
        return true
    }

    /// The deadline of a call has passed. An isolated plugin's process is ended for that, and the call goes on with a hunt
    /// for the member that keeps it; else the call ends.
    func expire(_ serial: UInt64) {
        guard isLive(serial) else { return }
        let remote = generation.image.remote
        if remote?.overran(serial, isLeaving: generation.isRetiring) == true {
            generation.figures.ended(.timedOut)
            return
        }
        finish(serial, .timedOut)
        // It may have been about to be given to a process: that looks whether it is live after it has made itself known.
        _ = remote?.overran(serial, isLeaving: true)
    }

    /// Gives a call another deadline; with `.max` it is watched no more. Any thread.
    func moveDeadline(of serial: UInt64, to deadline: Int64) {
        let isLive = locked { state -> Bool in
            guard state.pointee.live?.serial == serial else { return false }
            state.pointee.deadline = deadline
            return true
        }
        guard isLive else { return }
        if deadline == .max {
            environment.watchdog.forget(serial: serial)
        } else {
            environment.watchdog.watch(self, serial: serial, deadline: deadline)
        }
    }

    /// The serial of the call that is live now; 0 for none.
    var liveSerial: UInt64 { locked { $0.pointee.live?.serial ?? 0 } }

    /// Ends a call towards its plugin: from here on its reports are late. Nil when it had ended before.
    func takeLive(_ serial: UInt64) -> (live: Live, dropped: Int)? {
        locked { state in
            guard let live = state.pointee.live, live.serial == serial else { return nil }
            state.pointee.live = nil
            return (live, state.pointee.dropped)
        }
    }

    /// Tells the sink of a call that `takeLive` gave.
    func conclude(_ ended: (live: Live, dropped: Int), _ end: CallEnd) {
        environment.watchdog.forget(serial: ended.live.serial)
        generation.figures.ended(end)
        if ended.dropped > 0, generation.figures.dropped(ended.dropped) == 0 {
            warn("a tile reported outcomes that were ignored: row, branch, kind or time out of range", ended.dropped)
        }
        ended.live.sink.done(end)
    }

    /// The plugin owes nothing more for this call: it returned or called `done`. Gives the instance that the call kept
    /// open, once; nil when it was settled before.
    func settle(_ serial: UInt64) -> TileInstance? {
        locked { state in
            guard state.pointee.owed == serial, serial != 0 else { return nil }
            state.pointee.owed = 0
            defer { state.pointee.instance = nil }
            return state.pointee.instance
        }
    }

    /// Counts what came for a call that has ended, and warns at the first.
    func late(_ count: Int) {
        if generation.figures.late(count) == 0 { warn("a tile reported after its call had ended", count) }
    }

    private func warn(_ message: String, _ count: Int) {
        environment.log.warning(
            event: "plugin_misbehaves", message, ["plugin": generation.image.id, "count": String(count)])
    }
}
