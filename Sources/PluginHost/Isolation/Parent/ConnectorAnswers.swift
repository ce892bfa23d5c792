import CTessera

/// What a connector says in `build` or `classify`, written down for somebody in another process: requests and outcomes in
/// the order in which they came. Belongs to one thread.
final class ConnectorAnswers {
    private var requests = WireWriter()
    private var requestCount: UInt32 = 0
    private var outcomes = WireWriter()
    private var outcomeCount: UInt32 = 0

    func build(
        _ destination: tessera_destination, _ schema: UnsafePointer<ArrowSchema>, _ batch: UnsafePointer<ArrowArray>,
        now: Int64
    ) -> Int32 {
        var call = tessera_build_call()
        call.size = UInt32(MemoryLayout<tessera_build_call>.size)
        call.context = Unmanaged.passUnretained(self).toOpaque()
        call.now_us = now
        call.request = { call, request in
            guard let request, request.pointee.size >= UInt32(MemoryLayout<tessera_request>.size) else { return }
            ConnectorAnswers.of(call?.pointee.context)?.add(request.pointee)
        }
        call.report = { call, outcomes, count in
            ConnectorAnswers.of(call?.pointee.context)?.add(UnsafeBufferPointer(start: outcomes, count: count))
        }
        return destination.connector?.pointee.build?(destination.type, destination.instance, schema, batch, &call) ?? -1
    }

    func classify(
        _ destination: tessera_destination, _ request: UnsafePointer<tessera_request>,
        _ answer: UnsafePointer<tessera_answer>, now: Int64
    ) -> Int32 {
        var call = tessera_classify_call()
        call.size = UInt32(MemoryLayout<tessera_classify_call>.size)
        call.context = Unmanaged.passUnretained(self).toOpaque()
        call.now_us = now
        call.report = { call, outcomes, count in
            ConnectorAnswers.of(call?.pointee.context)?.add(UnsafeBufferPointer(start: outcomes, count: count))
        }
        return destination.connector?.pointee.classify?(
            destination.type, destination.instance, request, answer, &call) ?? -1
    }

    func write(to reply: inout WireWriter) {
        reply.integer(requestCount)
        requests.bytes.withUnsafeBytes { reply.raw($0) }
        reply.integer(outcomeCount)
        outcomes.bytes.withUnsafeBytes { reply.raw($0) }
    }

    /// Hands on what `write` wrote.
    static func read(
        _ body: inout WireReader, request: (UnsafePointer<tessera_request>) -> Void,
        outcomes: (UnsafeMutableBufferPointer<tessera_outcome>) -> Void
    ) throws(WireError) {
        let requestCount = try body.integer(UInt32.self)
        var requests = WireReader(try body.raw())
        for _ in 0..<requestCount {
            let made = try WireRequest(&requests)
            request(made.pointer)
            withExtendedLifetime(made) {}
        }
        let outcomeCount = try body.integer(UInt32.self)
        var reported = WireReader(try body.raw())
        for _ in 0..<outcomeCount { try OutcomeWire.read(&reported, outcomes) }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> ConnectorAnswers? {
        context.map { Unmanaged<ConnectorAnswers>.fromOpaque($0).takeUnretainedValue() }
    }

    private func add(_ request: tessera_request) {
        RequestWire.write(request, to: &requests)
        requestCount += 1
    }

    private func add(_ reported: UnsafeBufferPointer<tessera_outcome>) {
        OutcomeWire.write(reported, to: &outcomes)
        outcomeCount += 1
    }
}
