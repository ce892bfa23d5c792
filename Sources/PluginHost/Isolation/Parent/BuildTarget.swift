import CTessera
import Columns
import Platform

/// A `build` of an isolated connector, and which rows have a request or an outcome. Belongs to the calling thread.
final class BuildTarget: HuntTarget {
    let plugin: RemotePlugin
    let instance: RemoteInstance
    let call: UnsafePointer<tessera_build_call>
    private let schema: UnsafePointer<ArrowSchema>
    private let array: UnsafePointer<ArrowArray>
    private var marks: [Bool]

    init(
        _ plugin: RemotePlugin, _ instance: RemoteInstance, _ schema: UnsafePointer<ArrowSchema>,
        _ array: UnsafePointer<ArrowArray>, _ call: UnsafePointer<tessera_build_call>
    ) {
        self.plugin = plugin
        self.instance = instance
        self.schema = schema
        self.array = array
        self.call = call
        marks = Array(repeating: false, count: Int(array.pointee.length))
    }

    /// The transport waits for its requests, and so do all its other destinations.
    private static let patience: Int64 = 8_000_000
    private let began = MonotonicTime.now()

    var isOver: Bool { MonotonicTime.now() - began > Self.patience }
    func pauseDeadline() {}

    var unreported: [UInt32] { unreported(of: Array(0..<UInt32(marks.count))) }
    func unreported(of rows: [UInt32]) -> [UInt32] { rows.filter { !marks[Int($0)] } }

    func attempt(in process: RemoteProcess) throws(ProcessGone) -> Int32 {
        try build(schema, array, .all(marks.count), in: process)
    }

    func attempt(_ rows: [UInt32], in process: RemoteProcess) throws(ProcessGone) -> Int32 {
        // Our own batch: it was laid out once before.
        guard let part = try? BatchSelection.copy(schema, array, rows: rows) else { return -1 }
        return try part.withArrow { schema, array throws(ProcessGone) in
            try build(schema, array, .some(rows), in: process)
        }
    }

    func fail(_ row: UInt32, _ reason: String) {
        marks[Int(row)] = true
        plugin.log("a member can't be sent: alone in its batch, the connector's plugin \(reason)")
        PluginCrash.report(row, plugin.id, reason) { outcome in call.pointee.report?(call, outcome, 1) }
    }

    private func build(
        _ schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>, _ rows: RowSelection,
        in process: RemoteProcess
    ) throws(ProcessGone) -> Int32 {
        guard let plan = try? BatchPlan(schema, array) else { return -1 }
        let number = try instance.number(in: process)
        process.allowProcessorTime()
        return try process.withLane { lane throws(WireError) in
            try lane.reserve(inputBytes: plan.byteCount, rows: 0)
            if let input = lane.input { plan.writeBuffers(to: input.bytes) }
            var body = WireWriter()
            body.integer(number)
            body.integer(call.pointee.now_us)
            plan.writeHead(to: &body)
            try lane.socket.send(.build, body.bytes)
            let deadline = MonotonicTime.now() + process.launch.limits.connectorTimeoutUs
            while true {
                let head = try lane.socket.receive(into: lane.buffer, deadline: deadline)
                var reader = lane.buffer.reader
                switch head.kind {
                case .request: try hearRequest(&reader, rows)
                case .outcomes: try hearOutcomes(&reader, rows)
                case .result: return try reader.integer(Int32.self)
                default: throw .broken("a message of kind \(head.kind) while requests are built")
                }
            }
        }
    }

    private func hearRequest(_ body: inout WireReader, _ rows: RowSelection) throws(WireError) {
        let request = try WireRequest(&body) { rows[$0] }
        let lent = request.pointer.pointee
        for row in UnsafeBufferPointer(start: lent.rows, count: lent.row_count) { marks[Int(row)] = true }
        call.pointee.request?(call, request.pointer)
        withExtendedLifetime(request) {}
    }

    private func hearOutcomes(_ body: inout WireReader, _ rows: RowSelection) throws(WireError) {
        try OutcomeWire.read(&body) { outcomes in
            rows.map(outcomes)
            for outcome in outcomes where Int(outcome.row) < marks.count { marks[Int(outcome.row)] = true }
            call.pointee.report?(call, outcomes.baseAddress, outcomes.count)
        }
    }
}

/// What becomes of a row that a plugin dies of.
enum PluginCrash {
    static let code = "PLUGIN_CRASHED"

    static func report(
        _ row: UInt32, _ pluginID: String, _ reason: String, _ report: (UnsafePointer<tessera_outcome>) -> Void
    ) {
        code.withBorrowed { code in
            "The plugin '\(pluginID)' \(reason) each time it was given this member.".withBorrowed { message in
                var error = tessera_error()
                error.size = UInt32(MemoryLayout<tessera_error>.size)
                error.code = code
                error.message = message
                withUnsafePointer(to: error) { error in
                    var outcome = tessera_outcome()
                    outcome.row = row
                    outcome.kind = UInt8(TESSERA_FAIL)
                    outcome.error = error
                    report(&outcome)
                }
            }
        }
    }
}
