import CTessera

/// The functions that a plugin finds in its `tessera_call`.
enum CallCallbacks {
    /// A call with its functions, all else empty.
    static var table: tessera_call {
        tessera_call(
            size: UInt32(MemoryLayout<tessera_call>.size), flags: 0, context: nil, now_us: 0, run_at_us: 0,
            deadline_us: 0, workspace_id: tessera_str(), journey_id: tessera_str(), run_id: tessera_str(),
            tile_id: tessera_str(),
            report: { call, outcomes, count in
                guard let outcomes, count > 0 else { return }
                CallSlot.of(call)?.report(UnsafeBufferPointer(start: outcomes, count: count))
            },
            done: { call in CallSlot.of(call)?.done() },
            record: { call, row, json in CallSlot.of(call)?.record(row, json) },
            cancelled: { call in CallSlot.of(call)?.isCancelled == false ? 0 : 1 })
    }
}

extension CallSlot {
    /// The slot behind a call that a plugin has.
    static func of(_ call: UnsafePointer<tessera_call>?) -> CallSlot? {
        call?.pointee.context.map { Unmanaged<CallSlot>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Checks outcomes and hands runs of good ones on, under the slot's lock: so reports of one call never overlap, and
    /// none comes after `done`.
    func report(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
        // ASYNC reports come one by one from the network: looking at the clock costs them nothing. A sync type's deadline
        // is the watchdog's alone.
        let now = isAsync ? environment.clock.now() : .min
        let isLate = locked { state -> Bool in
            guard let live = state.pointee.live, now < state.pointee.deadline else { return true }
            let dropped = live.rules.pass(outcomes, state.pointee.reported) { live.sink.report($0) }
            if dropped > 0 { state.pointee.dropped += dropped }
            return false
        }
        if isLate { late(outcomes.count) }
    }

    func done() {
        let serial = locked { isAsync ? $0.pointee.owed : 0 }
        let ended: (live: Live, dropped: Int)?
        do {
            guard serial != 0, let instance = settle(serial) else { return late(1) }
            ended = takeLive(serial)
            instance.slots.giveBack(self)
        }
        // The sink last: when it hears of the end, the call holds the instance open no longer.
        if let ended { conclude(ended, .finished) }
    }

    func record(_ row: UInt32, _ json: tessera_str) {
        guard let data = json.data, json.length > 0, json.length <= 1 << 20 else { return }
        let isLate = locked { state -> Bool in
            guard let live = state.pointee.live else { return true }
            guard live.isDryRun, Int(row) < live.rules.rows else {
                state.pointee.dropped += 1
                return false
            }
            data.withMemoryRebound(to: UInt8.self, capacity: json.length) {
                live.sink.record(row: Int(row), json: UnsafeBufferPointer(start: $0, count: json.length))
            }
            return false
        }
        if isLate { late(1) }
    }

    /// Also true once the call has ended: whoever still works on it should stop.
    var isCancelled: Bool {
        guard let cancelled = locked({ $0.pointee.live?.cancelled }) else { return true }
        return cancelled()
    }
}
