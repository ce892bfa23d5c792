import CTessera

extension ChildLane {
    func build(_ body: inout WireReader, _ answer: inout WireWriter) throws(WireError) {
        guard let connector = plugin.connector(try body.integer()) else { throw .broken("there is no such instance") }
        let now = try body.integer(Int64.self)
        let batch = try batch(&body)
        let speaker = Speaker(socket)
        var call = tessera_build_call()
        call.size = UInt32(MemoryLayout<tessera_build_call>.size)
        call.context = Unmanaged.passUnretained(speaker).toOpaque()
        call.now_us = now
        call.request = { call, request in
            guard let request, request.pointee.size >= UInt32(MemoryLayout<tessera_request>.size) else { return }
            Speaker.of(call?.pointee.context)?.say(request.pointee)
        }
        call.report = { call, outcomes, count in
            Speaker.of(call?.pointee.context)?.say(UnsafeBufferPointer(start: outcomes, count: count))
        }
        let status =
            connector.interface.pointee.build?(
                connector.table, connector.raw, batch.schema.pointer, batch.array, &call) ?? -1
        withExtendedLifetime((speaker, batch, connector)) {}
        answer.integer(status)
    }

    func classify(_ body: inout WireReader, _ answer: inout WireWriter) throws(WireError) {
        guard let connector = plugin.connector(try body.integer()) else { throw .broken("there is no such instance") }
        let now = try body.integer(Int64.self)
        let speaker = Speaker(socket)
        var call = tessera_classify_call()
        call.size = UInt32(MemoryLayout<tessera_classify_call>.size)
        call.context = Unmanaged.passUnretained(speaker).toOpaque()
        call.now_us = now
        call.report = { call, outcomes, count in
            Speaker.of(call?.pointee.context)?.say(UnsafeBufferPointer(start: outcomes, count: count))
        }
        let request = try WireRequest(&body)
        let reply = try WireAnswer(&body)
        let status =
            connector.interface.pointee.classify?(
                connector.table, connector.raw, request.pointer, reply.pointer, &call) ?? -1
        withExtendedLifetime((speaker, connector, request, reply)) {}
        answer.integer(status)
    }

    func probe(_ body: inout WireReader, _ answer: inout WireWriter) throws(WireError) {
        let speaker = Speaker(socket)
        var call = tessera_probe_call()
        call.size = UInt32(MemoryLayout<tessera_probe_call>.size)
        call.context = Unmanaged.passUnretained(speaker).toOpaque()
        call.now_us = try body.integer()
        call.deadline_us = try body.integer()
        call.step = { call, step in
            guard let step, step.pointee.size >= UInt32(MemoryLayout<tessera_probe_step>.size) else { return }
            Speaker.of(call?.pointee.context)?.say(step.pointee)
        }
        let destination = try ChildDestination(&body, connection)
        answer.integer(plugin.image.probe(destination.pointer, &call))
        withExtendedLifetime((speaker, destination)) {}
    }
}

/// Says what a connector or a probe tells, frame by frame on the lane, before the answer.
private final class Speaker {
    private let socket: FrameSocket

    init(_ socket: FrameSocket) { self.socket = socket }

    static func of(_ context: UnsafeMutableRawPointer?) -> Speaker? {
        context.map { Unmanaged<Speaker>.fromOpaque($0).takeUnretainedValue() }
    }

    func say(_ request: tessera_request) {
        var body = WireWriter()
        RequestWire.write(request, to: &body)
        // A gateway that is gone is noticed by the lane itself.
        try? socket.send(.request, body.bytes)
    }

    func say(_ outcomes: UnsafeBufferPointer<tessera_outcome>) {
        OutcomeWire.write(outcomes) { body in try? socket.send(.outcomes, body.bytes) }
    }

    func say(_ step: tessera_probe_step) {
        var body = WireWriter()
        body.integer(step.ok)
        body.text(step.step)
        body.text(step.message)
        body.integer(step.elapsed_us)
        body.integer(step.http_status)
        body.text(step.sent)
        body.text(step.received)
        try? socket.send(.step, body.bytes)
    }
}
