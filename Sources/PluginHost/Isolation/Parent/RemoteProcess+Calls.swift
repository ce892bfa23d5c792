import CPlatform
import Platform

extension RemoteProcess {
    /// A number that no other call or request of this process has.
    func nextID() -> UInt64 {
        state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
    }

    /// Uses a lane alone, a free one or a new one.
    func withLane<Result>(_ body: (Lane) throws(WireError) -> Result) throws(ProcessGone) -> Result {
        let lane = try takeLane()
        do throws(WireError) {
            let result = try body(lane)
            state.withLock { if $0.end == nil { $0.lanes.append(lane) } }
            return result
        } catch {
            if case .shortage(let code) = error {
                // The lane is as it was: nothing was sent.
                state.withLock { if $0.end == nil { $0.lanes.append(lane) } }
                throw ProcessGone(
                    reason: "can't be called: \(SystemError("make shared memory", code: code))", isShortage: true)
            }
            throw end(because: error)
        }
    }

    /// Asks the child for something and waits for the answer.
    /// - Parameters:
    ///   - timeoutUs: real time after which the child is ended.
    ///   - each: takes what comes before the answer.
    ///   - answer: reads it.
    func call<Result>(
        _ kind: FrameKind, id: UInt64 = 0, _ body: [UInt8], timeoutUs: Int64,
        each: (FrameHead, inout WireReader) throws(WireError) -> Void = { _, _ in },
        answer: (inout WireReader) throws(WireError) -> Result
    ) throws(ProcessGone) -> Result {
        try withLane { lane throws(WireError) in
            try lane.socket.send(kind, id: id, body)
            let deadline = MonotonicTime.now() + timeoutUs
            while true {
                let head = try lane.socket.receive(into: lane.buffer, deadline: deadline)
                var reader = lane.buffer.reader
                if head.kind == .result { return try answer(&reader) }
                try each(head, &reader)
            }
        }
    }

    private func takeLane() throws(ProcessGone) -> Lane {
        let (free, gone) = state.withLock { ($0.lanes.popLast(), $0.end) }
        if let gone { throw gone }
        if let free { return free }
        do {
            let (ours, theirs) = try FrameSocket.pair()
            ours.limitSending(seconds: 10)
            try main.send(.lane, passing: theirs.descriptor)
            withExtendedLifetime(theirs) {}
            let ended = state.withLock { state in
                state.sockets.append(ours)
                return state.end
            }
            if let ended { throw ended }
            return Lane(ours)
        } catch let gone as ProcessGone {
            throw gone
        } catch let error as WireError {
            throw end(because: error)
        } catch {
            throw ProcessGone(reason: "can't be called: \(error)", isShortage: true)
        }
    }

    /// Lets the process use its share of processor time from now on; a system call now and then, not for each batch.
    func allowProcessorTime() {
        let now = MonotonicTime.now()
        let isDue = state.withLock { state in
            guard now - state.allowedAt > 1_000_000 else { return false }
            state.allowedAt = now
            return true
        }
        if isDue { _ = tessera_allow_processor_time(child.pid, launch.limits.batchProcessorUs) }
    }

    func add(_ call: RemoteCall) throws(ProcessGone) {
        let gone = state.withLock { state -> ProcessGone? in
            if state.end == nil { state.calls[call.id] = call }
            return state.end
        }
        if let gone { throw gone }
    }

    /// False when it was not there any more.
    @discardableResult
    func remove(_ call: RemoteCall) -> Bool { state.withLock { $0.calls.removeValue(forKey: call.id) != nil } }
    func call(_ id: UInt64) -> RemoteCall? { state.withLock { $0.calls[id] } }

    /// The call that works for the gateway's call of that serial.
    func call(ofSerial serial: UInt64) -> RemoteCall? {
        state.withLock { state in state.calls.values.first { $0.target.serial == serial } }
    }
}
