import CTessera
import Columns
import Synchronization

extension RemoteProcess {
    /// Gives the child a batch and waits until its `run` has returned; for a repeat of a hunt until the call has ended.
    ///
    /// - Parameters:
    ///   - rows: which of the call's rows the batch's rows are.
    ///   - isPrimary: the call itself: an ASYNC one goes on after this has returned.
    /// - Returns: the plugin's status.
    func run(
        _ target: TileTarget, _ schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>,
        rows: RowSelection, isPrimary: Bool
    ) throws(ProcessGone) -> Int32 {
        guard let plan = try? BatchPlan(schema, array) else { return -1 }
        let instance = try target.instance.number(in: self)
        let call = RemoteCall(id: nextID(), target: target, rows: rows, isPrimary: isPrimary)
        try add(call)
        // From here on whoever watches the call finds it; before, its time may have run out unseen.
        guard target.isLive else {
            remove(call)
            call.close()
            return -1
        }
        allowProcessorTime()
        let status: Int32
        do throws(ProcessGone) {
            status = try withLane { lane throws(WireError) in try run(call, instance, plan, lane) }
        } catch {
            // An ASYNC call that the end of the process has taken with it is repeated by whoever found that end.
            if isPrimary, call.isAsync, !remove(call) { return 0 }
            remove(call)
            call.close()
            throw error
        }
        if status == 0, call.isAsync {
            if isPrimary { return 0 }
            if case .gone(let gone) = call.waitForEnd() { throw gone }
            remove(call)
            call.close()
            return 0
        }
        // Its process may have ended in this moment, and taken it.
        if !remove(call), isPrimary, call.isAsync { return 0 }
        call.close()
        return status
    }

    private func run(
        _ call: RemoteCall, _ instance: UInt64, _ plan: BatchPlan, _ lane: Lane
    ) throws(WireError) -> Int32 {
        try lane.reserve(inputBytes: plan.byteCount, rows: plan.rows)
        if let input = lane.input { plan.writeBuffers(to: input.bytes) }
        lane.clearOutcomes()
        var body = WireWriter()
        body.integer(instance)
        Self.write(
            call.call, deadline: call.isPrimary ? call.call.pointee.deadline_us : call.target.deadline, to: &body)
        traceparent(of: call).withUnsafeBytes { body.raw($0) }
        plan.writeHead(to: &body)
        do throws(WireError) {
            try lane.socket.send(.run, id: call.id, body.bytes)
            while true {
                let head = try lane.socket.receive(into: lane.buffer)
                var reader = lane.buffer.reader
                switch head.kind {
                case .outcomes: try call.hearOutcomes(&reader)
                case .record: try call.hearRecord(&reader)
                case .result:
                    let status = try reader.integer(Int32.self)
                    try hearFigures(&reader)
                    call.isReturned = true
                    call.take(lane.outcomes.take(from: lane.output, rows: plan.rows))
                    return status
                default: throw .broken("a message of kind \(head.kind) during a batch")
                }
            }
        } catch {
            // What it has decided until its end counts: so the end comes first.
            _ = end(because: error)
            call.take(lane.outcomes.take(from: lane.output, rows: plan.rows))
            throw error
        }
    }

    /// Where the call's run stands in a trace, for the child to give spans in; empty without one.
    private func traceparent(of call: RemoteCall) -> [UInt8] {
        guard let host = owner?.state.withLock({ $0.host }),
            let traces = service(host, TESSERA_SERVICE_TRACE, as: tessera_trace_service.self)
        else { return [] }
        var text = [CChar](repeating: 0, count: Int(TESSERA_TRACEPARENT_LENGTH))
        let length = call.use { traces.pointee.traceparent?(traces, $0, &text) ?? 0 } ?? 0
        return text.prefix(length).map { UInt8(bitPattern: $0) }
    }

    private static func write(
        _ call: UnsafePointer<tessera_call>, deadline: Int64, to body: inout WireWriter
    ) {
        body.integer(call.pointee.flags)
        body.integer(call.pointee.now_us)
        body.integer(call.pointee.run_at_us)
        body.integer(deadline)
        for text in [
            call.pointee.workspace_id, call.pointee.journey_id, call.pointee.run_id, call.pointee.tile_id,
        ] {
            body.text(text)
        }
    }
}

extension Lane {
    /// Nothing is decided yet.
    func clearOutcomes() {
        guard let output else { return }
        UnsafePointer<Atomic<UInt64>>(OpaquePointer(output.base)).pointee.store(0, ordering: .releasing)
    }
}
