import CTessera
import Platform

/// Requests of the child to the gateway's services that are answered on the reading thread: none of them waits.
extension RemoteProcess {
    func answerAtOnce(_ head: FrameHead, _ body: inout WireReader) throws(WireError) {
        guard let host = owner?.state.withLock({ $0.host }) else { return }
        var reply = WireWriter()
        switch head.kind {
        case .now: reply.integer(host.pointee.now_us?(host) ?? 0)
        case .isCancelled:
            let call = call(try body.integer())
            reply.integer(call?.use { $0.pointee.cancelled?($0) ?? 1 } ?? 1)
        case .setting:
            let name = try body.lent()
            let settings = service(host, TESSERA_SERVICE_SETTINGS, as: tessera_settings_service.self)
            reply.text(settings.flatMap { $0.pointee.get?($0, name) } ?? tessera_str())
        default: try answerDelivery(head, &body, host, &reply)
        }
        // Without a number nobody waits for an answer.
        if head.id != 0 { try main.send(.reply, id: head.id, reply.bytes) }
    }

    private func answerDelivery(
        _ head: FrameHead, _ body: inout WireReader, _ host: UnsafePointer<tessera_host>, _ reply: inout WireWriter
    ) throws(WireError) {
        let delivery = service(host, TESSERA_SERVICE_DELIVERY, as: tessera_delivery_service.self)
        let call = call(try body.integer())
        let destination = try body.lent()
        switch head.kind {
        case .acquireDelivery:
            let count = try body.integer(UInt32.self)
            guard count <= ChildServices.acquireLimit else { throw .broken("\(count) requests asked for at once") }
            var rows: [UInt32] = []
            for _ in 0..<count { rows.append(try body.integer()) }
            var notBefore: Int64 = 0
            let granted = call?.use {
                delivery?.pointee.acquire?(delivery, $0, destination, rows, count, &notBefore) ?? 0
            }
            reply.integer(granted ?? 0)
            reply.integer(notBefore)
        case .settleDelivery:
            var settlement = tessera_settlement()
            settlement.size = UInt32(MemoryLayout<tessera_settlement>.size)
            settlement.settle_class = try body.integer()
            settlement.rows = try body.integer()
            settlement.retried = try body.integer()
            settlement.latency_us = try body.integer()
            settlement.retry_at_us = try body.integer()
            _ = call?.use { delivery?.pointee.settle?(delivery, $0, destination, &settlement) }
        default:
            let reason = try body.lent()
            _ = call?.use { delivery?.pointee.disable?(delivery, $0, destination, reason) }
        }
    }

    func service<Table>(_ host: UnsafePointer<tessera_host>, _ id: String, as: Table.Type) -> UnsafePointer<Table>? {
        host.pointee.service?(host, id)?.assumingMemoryBound(to: Table.self)
    }
}
