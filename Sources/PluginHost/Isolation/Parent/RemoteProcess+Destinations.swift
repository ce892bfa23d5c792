import CTessera
import Platform

/// Requests of the child that may wait, for a connector to open or for another child: each is answered on a thread of the
/// gateway's, so that they may nest.
extension RemoteProcess {
    /// Requests under way at once; a plugin that asks for more floods.
    private static let requestLimit = 64
    private static let requestByteLimit = 128 << 20
    /// As for a tile's `max_batch`.
    private static let rowLimit = 1 << 20

    func answerLater(_ head: FrameHead, _ body: WireReader) throws(WireError) {
        var rest = body
        let size = rest.remaining
        let isFlood = state.withLock { state in
            state.requests += 1
            state.requestBytes += size
            return state.requests > Self.requestLimit || state.requestBytes > Self.requestByteLimit
        }
        if isFlood { throw .broken("more than \(Self.requestLimit) requests at once, or too large ones") }
        let memory = AlignedCopy(try rest.raw(size))
        ServiceThreads.shared.run { [self] in
            defer {
                state.withLock { state in
                    state.requests -= 1
                    state.requestBytes -= size
                }
            }
            var reply = WireWriter()
            do throws(WireError) {
                var body = WireReader(memory.bytes)
                try answer(head.kind, &body, &reply)
                withExtendedLifetime(memory) {}
                if reply.bytes.count > FrameHead.maxBody {
                    // Only a connector's requests can be that many: it is asked for fewer rows.
                    reply = WireWriter()
                    reply.integer(Int32(-1))
                    ConnectorAnswers().write(to: &reply)
                }
                if head.id != 0 { try main.send(.reply, id: head.id, reply.bytes) }
            } catch {
                _ = end(because: error)
            }
        }
    }

    private func answer(_ kind: FrameKind, _ body: inout WireReader, _ reply: inout WireWriter) throws(WireError) {
        switch kind {
        case .acquireDestination: acquire(call(try body.integer()), try body.text(), &reply)
        case .releaseDestination: letGo(try body.integer())
        case .buildForDestination: try build(&body, &reply)
        default: try classify(&body, &reply)
        }
    }

    private func acquire(_ call: RemoteCall?, _ id: String, _ reply: inout WireWriter) {
        guard let host = owner?.state.withLock({ $0.host }),
            let service = service(host, TESSERA_SERVICE_CONNECTORS, as: tessera_connectors_service.self)
        else { return refuse("this gateway offers no destinations", &reply) }
        var reason = ""
        let acquired = call?.use { call in
            id.withBorrowed { id in
                var why = tessera_str()
                let destination = service.pointee.acquire?(service, call, id, &why)
                reason = String(borrowed: why, limit: 4096)
                return destination ?? nil
            }
        }
        guard let acquired, let destination = acquired else {
            return refuse(call == nil ? "the call has ended" : reason, &reply)
        }
        let held = HeldDestination(destination, of: service)
        let number = hold(held)
        var answer = WireWriter()
        answer.bool(true)
        let isShown = held.use { _ in write(held, number, to: &answer) }
        guard isShown == true else {
            letGo(number)
            return refuse(
                isShown == nil
                    ? "the plugin's process has ended"
                    : "the destination has secrets, and plugins.lock does not grant any to this plugin: set \"secrets\": true",
                &reply)
        }
        reply = answer
    }

    private func refuse(_ reason: String, _ reply: inout WireWriter) {
        reply.bool(false)
        reply.text(reason)
    }

    private func build(_ body: inout WireReader, _ reply: inout WireWriter) throws(WireError) {
        let held = destination(try body.integer())
        let now = try body.integer(Int64.self)
        let head = try WireBatch.Head(&body)
        guard head.rows <= Self.rowLimit else { throw .broken("a batch of more than \(Self.rowLimit) rows") }
        let memory = AlignedCopy(try body.raw(body.remaining))
        let batch = try WireBatch(head, memory: memory.bytes, isTrusted: false)
        let answers = ConnectorAnswers()
        let status = held?.use { destination in
            answers.build(destination.pointee, batch.schema.pointer, batch.array, now: now)
        }
        withExtendedLifetime((memory, batch)) {}
        reply.integer(status ?? -1)
        answers.write(to: &reply)
    }

    private func classify(_ body: inout WireReader, _ reply: inout WireWriter) throws(WireError) {
        let held = destination(try body.integer())
        let now = try body.integer(Int64.self)
        let answers = ConnectorAnswers()
        let request = try WireRequest(&body)
        let answer = try WireAnswer(&body)
        let status = held?.use { answers.classify($0.pointee, request.pointer, answer.pointer, now: now) }
        withExtendedLifetime((request, answer)) {}
        reply.integer(status ?? -1)
        answers.write(to: &reply)
    }
}

/// Bytes in memory that is aligned as columns must be.
///
/// Sendable without a check because it is written in `init` only.
final class AlignedCopy: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer
    private let memory: UnsafeMutableRawBufferPointer

    init(_ source: UnsafeRawBufferPointer) {
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(64, source.count), alignment: 64)
        memory.copyMemory(from: source)
        bytes = UnsafeRawBufferPointer(rebasing: memory[..<source.count])
    }

    deinit { memory.deallocate() }
}
