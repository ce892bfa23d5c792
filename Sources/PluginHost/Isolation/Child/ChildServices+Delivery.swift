import CTessera

extension ChildServices {
    private typealias Table = LentTable<tessera_delivery_service, ChildServices>

    static var delivery: tessera_delivery_service {
        tessera_delivery_service(
            size: UInt32(MemoryLayout<tessera_delivery_service>.size), reserved: 0,
            acquire: { service, call, id, rows, count, notBefore in
                notBefore?.pointee = 0
                guard let service else { return 0 }
                var body = ChildServices.begin(call, id)
                // More at once than the gateway takes are asked for again.
                let rows = UnsafeBufferPointer(
                    start: rows, count: rows == nil ? 0 : min(Int(count), ChildServices.acquireLimit))
                body.integer(UInt32(truncatingIfNeeded: rows.count))
                for row in rows { body.integer(row) }
                let answer = Table.owner(of: service).connection.ask(.acquireDelivery, body.bytes) {
                    reader throws(WireError) in
                    (granted: try reader.integer(UInt32.self), notBefore: try reader.integer(Int64.self))
                }
                notBefore?.pointee = answer?.notBefore ?? 0
                return answer?.granted ?? 0
            },
            settle: { service, call, id, settlement in
                guard let service, let settlement,
                    settlement.pointee.size >= UInt32(MemoryLayout<tessera_settlement>.size)
                else { return }
                var body = ChildServices.begin(call, id)
                body.integer(settlement.pointee.settle_class)
                body.integer(settlement.pointee.rows)
                body.integer(settlement.pointee.retried)
                body.integer(settlement.pointee.latency_us)
                body.integer(settlement.pointee.retry_at_us)
                Table.owner(of: service).connection.tellOfCall(.settleDelivery, body.bytes)
            },
            disable: { service, call, id, reason in
                guard let service else { return }
                var body = ChildServices.begin(call, id)
                body.text(reason)
                Table.owner(of: service).connection.tellOfCall(.disableDestination, body.bytes)
            })
    }

    /// Requests that one message asks for, at most.
    static let acquireLimit = 1024

    private static func begin(_ call: UnsafePointer<tessera_call>?, _ destination: tessera_str) -> WireWriter {
        var body = WireWriter()
        body.integer(number(of: call))
        body.text(destination)
        return body
    }
}

extension ChildServices {
    private typealias Connectors = LentTable<tessera_connectors_service, ChildServices>

    static var connectors: tessera_connectors_service {
        tessera_connectors_service(
            size: UInt32(MemoryLayout<tessera_connectors_service>.size), reserved: 0,
            acquire: { service, call, id, reason in
                reason?.pointee = tessera_str()
                guard let service else { return nil }
                let connection = Connectors.owner(of: service).connection
                let body = ChildServices.begin(call, id)
                let answer = connection.ask(.acquireDestination, body.bytes) {
                    reader throws(WireError) -> (ChildDestination?, String) in
                    if try reader.bool() { return (try ChildDestination(&reader, connection), "") }
                    return (nil, try reader.text())
                }
                guard let destination = answer?.0 else {
                    reason?.pointee = ThreadText.lend(answer?.1 ?? "the gateway gave no answer")
                    return nil
                }
                // The plugin's until `release`.
                return Unmanaged.passRetained(destination).takeUnretainedValue().pointer
            },
            release: { _, destination in
                guard let destination, let held = ChildDestination.of(destination) else { return }
                var body = WireWriter()
                body.integer(held.number)
                held.connection.tell(.releaseDestination, body.bytes)
                Unmanaged.passUnretained(held).release()
            })
    }
}
