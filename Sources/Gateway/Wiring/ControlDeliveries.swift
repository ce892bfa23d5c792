import Delivery
import Platform
import Store

/// What deliveries remember, in control.db.
final class ControlDeliveries: DeliveryMemory {
    private let control: ControlStore
    private let clock: any Clock
    private let log: Log

    init(control: ControlStore, clock: any Clock, log: Log) {
        self.control = control
        self.clock = clock
        self.log = log
    }

    func settings(workspaceID: String, destinationID: String) throws -> DeliverySettings? {
        try control.read { reader in
            guard let record = try reader.destination(workspaceID: workspaceID, id: destinationID) else { return nil }
            let kept = try reader.deliveryState(workspaceID: workspaceID, destinationID: destinationID)
            return DeliverySettings(
                limits: DeliveryLimits(record.limits),
                disabledReason: record.status == "error" ? record.statusError : nil,
                kept: kept.map(KeptDelivery.init) ?? KeptDelivery())
        }
    }

    func keep(
        _ kept: KeptDelivery, workspaceID: String, destinationID: String, then: @escaping @Sendable (Bool) -> Void
    ) {
        control.write { writer in
            try writer.keepDeliveryState(
                DeliveryStateRecord(kept), workspaceID: workspaceID, destinationID: destinationID)
        } then: { [log] result in
            if case .failure(let error) = result {
                log.error(
                    event: "delivery_state_not_stored", "what deliveries have to keep was not stored",
                    ["destination": destinationID, "error": "\(error)"])
            }
            then((try? result.get()) != nil)
        }
    }

    /// A destination that said that it is gone shows so until a person changes it.
    func disabled(workspaceID: String, destinationID: String, reason: String) {
        set("error", reason, workspaceID, destinationID)
    }

    /// Its caller has stored that already: this one comes after a 410's that came in between.
    func enabled(workspaceID: String, destinationID: String) { set("connected", "", workspaceID, destinationID) }

    private func set(_ status: String, _ reason: String, _ workspaceID: String, _ destinationID: String) {
        let now = clock.now()
        control.write { writer in
            try writer.setDestinationStatus(
                workspaceID: workspaceID, id: destinationID, status: status, error: reason, at: now)
        } then: { [log] result in
            if case .failure(let error) = result {
                log.error(
                    event: "destination_status_not_stored", "a destination's status was not stored",
                    ["destination": destinationID, "error": "\(error)"])
            }
        }
    }
}

extension DeliveryLimits {
    init(_ limits: DestinationRecord.Limits) {
        self.init(
            requestsPerSecond: limits.requestsPerSecond,
            maxInFlight: limits.maxInFlight ?? DeliveryLimits.defaultInFlight,
            deliveriesPerDay: limits.deliveriesPerDay)
    }
}

extension KeptDelivery {
    fileprivate init(_ record: DeliveryStateRecord) {
        self.init(
            day: Int32(clamping: record.day), reserved: record.reserved, breakerOpenedAt: record.breakerOpenedAt,
            breakerUntil: record.breakerUntil, breakerTrips: record.breakerTrips, holdUntil: record.holdUntil)
    }
}

extension DeliveryStateRecord {
    fileprivate init(_ kept: KeptDelivery) {
        self.init(
            day: Int(kept.day), reserved: kept.reserved, breakerOpenedAt: kept.breakerOpenedAt,
            breakerUntil: kept.breakerUntil, breakerTrips: kept.breakerTrips, holdUntil: kept.holdUntil)
    }
}
