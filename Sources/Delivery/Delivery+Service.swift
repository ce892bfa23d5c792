import CTessera
import PluginHost

extension Delivery {
    private typealias Table = LentTable<tessera_delivery_service, Delivery>

    static var service: tessera_delivery_service {
        tessera_delivery_service(
            size: UInt32(MemoryLayout<tessera_delivery_service>.size), reserved: 0,
            acquire: { service, call, id, rows, count, notBefore in
                notBefore?.pointee = 0
                guard let service, let call else { return 0 }
                let delivery = Table.owner(of: service)
                guard let destination = delivery.destination(Delivery.key(call, id)) else {
                    notBefore?.pointee = delivery.unknownUntil()
                    return 0
                }
                let answer = destination.acquire(
                    UnsafeBufferPointer(start: rows, count: rows == nil ? 0 : Int(count)),
                    call: UInt(bitPattern: call), deadline: call.pointee.deadline_us, now: delivery.clock.now())
                notBefore?.pointee = answer.notBefore
                return UInt32(answer.granted)
            },
            settle: { service, call, id, told in
                guard let service, let call, let settlement = told?.pointee,
                    settlement.size >= UInt32(MemoryLayout<tessera_settlement>.size)
                else { return }
                let delivery = Table.owner(of: service)
                // A class that this host does not know comes from a newer header: to the limits it is a failure.
                delivery.destination(Delivery.key(call, id))?.settle(
                    Settlement(
                        settleClass: DeliveryFigures.SettleClass(rawValue: settlement.settle_class) ?? .failed,
                        rows: Int(settlement.rows), retried: Int(settlement.retried), latency: settlement.latency_us,
                        retryAt: settlement.retry_at_us),
                    call: UInt(bitPattern: call), now: delivery.clock.now())
            },
            disable: { service, call, id, reason in
                guard let service, let call else { return }
                Table.owner(of: service).disable(
                    Delivery.key(call, id), reason: String(borrowed: reason, limit: 1024), call: UInt(bitPattern: call))
            })
    }

    private static func key(_ call: UnsafePointer<tessera_call>, _ destination: tessera_str) -> Key {
        Key(
            workspaceID: String(borrowed: call.pointee.workspace_id, limit: 128),
            destinationID: String(borrowed: destination, limit: 128))
    }
}
