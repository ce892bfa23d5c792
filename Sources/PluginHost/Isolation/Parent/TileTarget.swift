import CTessera
import Columns
import Platform

/// A gateway's call of an isolated tile: its batch, and which of its rows were decided.
///
/// Sendable without a check: a lent batch is used by the call's own thread only, a kept one is not written after it was
/// kept, and marks stand behind the lock.
final class TileTarget: @unchecked Sendable, HuntTarget {
    let plugin: RemotePlugin
    let instance: RemoteInstance
    let call: UnsafePointer<tessera_call>
    let count: Int
    /// Of the gateway's call: its memory is used again for others.
    let serial: UInt64
    var isAsync: Bool { instance.isAsync }

    private let schema: UnsafePointer<ArrowSchema>
    private let array: UnsafePointer<ArrowArray>
    private var kept: RecordBatch?
    private let marks: Monitor<[Bool]>

    /// - Parameters: as `run` gets them. The call stays valid until it has ended, the batch until `run` returns.
    init(
        _ plugin: RemotePlugin, _ instance: RemoteInstance, _ schema: UnsafePointer<ArrowSchema>,
        _ array: UnsafePointer<ArrowArray>, _ call: UnsafePointer<tessera_call>
    ) {
        self.plugin = plugin
        self.instance = instance
        self.schema = schema
        self.array = array
        self.call = call
        count = Int(array.pointee.length)
        serial = CallSlot.of(call)?.liveSerial ?? 0
        marks = Monitor(Array(repeating: false, count: count))
    }

    /// Copies the batch, for what may come after `run` has returned.
    func keepBatch() {
        guard kept == nil else { return }
        kept = try? BatchSelection.copy(schema, array, rows: Array(0..<UInt32(count)))
    }

    /// Microseconds that the plugin has for a call.
    private var span: Int64 { max(1000, call.pointee.deadline_us - call.pointee.now_us) }

    /// When an attempt ends that begins now.
    var deadline: Int64 { plugin.environment.clock.now() + span }

    /// Notes rows as decided. Called before the gateway's call hears of them.
    func mark(_ outcomes: UnsafeMutableBufferPointer<tessera_outcome>) {
        marks.withLock { marks in
            for outcome in outcomes where Int(outcome.row) < marks.count { marks[Int(outcome.row)] = true }
        }
    }

    /// The gateway's call has not ended.
    var isLive: Bool { CallSlot.of(call)?.isLive(serial) == true }

    var isOver: Bool { !isLive || (call.pointee.cancelled?(call) ?? 0) != 0 }

    /// Between attempts no time is counted: starting a process takes some.
    func pauseDeadline() { CallSlot.of(call)?.moveDeadline(of: serial, to: .max) }

    func unreported(of rows: [UInt32]) -> [UInt32] { marks.withLock { marks in rows.filter { !marks[Int($0)] } } }

    var unreported: [UInt32] { unreported(of: Array(0..<UInt32(count))) }

    func fail(_ row: UInt32, _ reason: String) {
        marks.withLock { $0[Int(row)] = true }
        plugin.log("a member is failed: alone in its batch, the plugin \(reason)")
        PluginCrash.report(row, plugin.id, reason) { outcome in call.pointee.report?(call, outcome, 1) }
    }

    /// An ASYNC call has ended.
    func finish() { call.pointee.done?(call) }

    func attempt(_ rows: [UInt32], in process: RemoteProcess) throws(ProcessGone) -> Int32 {
        let part: RecordBatch
        do throws(BatchViewError) {
            if let kept {
                part = try kept.withArrow { schema, array throws(BatchViewError) in
                    try BatchSelection.copy(schema, array, rows: rows)
                }
            } else {
                part = try BatchSelection.copy(schema, array, rows: rows)
            }
        } catch {
            // Our own batch: it was laid out once before.
            return -1
        }
        // Its time begins anew: the processes before took theirs.
        CallSlot.of(call)?.moveDeadline(of: serial, to: deadline)
        defer { pauseDeadline() }
        return try part.withArrow { schema, array throws(ProcessGone) in
            try process.run(self, schema, array, rows: .some(rows), isPrimary: false)
        }
    }

    /// The first attempt, with the batch as it was lent.
    func attempt(in process: RemoteProcess) throws(ProcessGone) -> Int32 {
        try process.run(self, schema, array, rows: .all(count), isPrimary: true)
    }
}
