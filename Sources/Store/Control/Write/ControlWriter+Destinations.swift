import Journeys
import SQLite

extension ControlWriter {
    /// Adds a destination. `secrets` are sealed here, by the JSON pointer of their field; the config is stored as it is, so
    /// it must not hold them.
    public func insertDestination(_ destination: DestinationRecord, secrets: [String: [UInt8]] = [:]) throws {
        try connection.run(
            """
            INSERT INTO destinations(id, workspace_id, connection_id, name, destination_type, config, status,
                status_error, updated_at, requests_per_second, max_in_flight, deliveries_per_day, created_by, created_at,
                version, status_change)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 1, 0)
            """
        ) { bind(destination, to: $0).bind(13, destination.createdBy).bind(14, destination.createdAt) }
        try change(destination, secrets.mapValues(SecretChange.set))
    }

    /// Changes a destination. Secrets that `secrets` does not name stay.
    @discardableResult
    public func updateDestination(
        _ destination: DestinationRecord, secrets: [String: SecretChange] = [:]
    ) throws -> DestinationRecord {
        try one(
            "destination \(destination.id)",
            connection.run(
                """
                UPDATE destinations SET connection_id = ?3, name = ?4, destination_type = ?5, config = ?6,
                    status_change = status_change + (status <> ?7 OR status_error <> ?8), status = ?7, status_error = ?8,
                    updated_at = ?9, requests_per_second = ?10, max_in_flight = ?11, deliveries_per_day = ?12,
                    version = version + 1
                WHERE id = ?1 AND workspace_id = ?2
                """
            ) { bind(destination, to: $0) })
        try change(destination, secrets)
        return try self.destination(workspaceID: destination.workspaceID, id: destination.id) ?? destination
    }

    public func setDestinationStatus(
        workspaceID: String, id: String, status: String, error: String = "", at now: Int64
    ) throws { try setStatus(.destination, workspaceID, id, status, error, now) }

    /// Keeps what a destination's deliveries need after a restart. Nothing happens when it does not exist (any more).
    public func keepDeliveryState(_ state: DeliveryStateRecord, workspaceID: String, destinationID: String) throws {
        try connection.run(
            """
            INSERT INTO destination_deliveries(
                destination_n, day, reserved, breaker_opened_at, breaker_until, breaker_trips, hold_until)
            SELECT n, ?3, ?4, ?5, ?6, ?7, ?8 FROM destinations WHERE id = ?1 AND workspace_id = ?2
            ON CONFLICT (destination_n) DO UPDATE SET
                day = excluded.day, reserved = excluded.reserved, breaker_opened_at = excluded.breaker_opened_at,
                breaker_until = excluded.breaker_until, breaker_trips = excluded.breaker_trips,
                hold_until = excluded.hold_until
            """
        ) {
            $0.bind(1, destinationID).bind(2, workspaceID).bind(3, state.day).bind(4, state.reserved)
                .bind(5, state.breakerOpenedAt).bind(6, state.breakerUntil).bind(7, state.breakerTrips)
                .bind(8, state.holdUntil)
        }
    }

    /// Deletes a destination with its secrets. The caller has made sure that no journey at work uses it.
    /// - Throws: `notFound`.
    public func deleteDestination(workspaceID: String, id: String) throws {
        try delete(.destination, workspaceID, id)
    }

    private func change(_ destination: DestinationRecord, _ secrets: [String: SecretChange]) throws {
        for (pointer, change) in secrets {
            switch change {
            case .clear:
                try connection.run(
                    """
                    DELETE FROM destination_secrets
                    WHERE pointer = ?3 AND destination_n = (SELECT n FROM destinations WHERE id = ?1 AND workspace_id = ?2)
                    """
                ) { $0.bind(1, destination.id).bind(2, destination.workspaceID).bind(3, pointer) }
            case .set(let secret):
                let sealed = try vault.seal(
                    secret, workspaceID: destination.workspaceID, destinationID: destination.id, field: pointer)
                try connection.run(
                    """
                    INSERT INTO destination_secrets(destination_n, pointer, sealed)
                    SELECT n, ?3, ?4 FROM destinations WHERE id = ?1 AND workspace_id = ?2
                    ON CONFLICT (destination_n, pointer) DO UPDATE SET sealed = excluded.sealed
                    """
                ) {
                    $0.bind(1, destination.id).bind(2, destination.workspaceID).bind(3, pointer).bind(4, blob: sealed)
                }
            }
        }
    }

    @discardableResult
    private func bind(_ destination: DestinationRecord, to statement: Statement) -> Statement {
        statement.bind(1, destination.id).bind(2, destination.workspaceID).bind(3, destination.connectionID)
            .bind(4, destination.name).bind(5, destination.destinationType).bind(6, destination.config.text)
            .bind(7, destination.status).bind(8, destination.statusError).bind(9, destination.updatedAt)
            .bind(10, destination.limits.requestsPerSecond).bind(11, destination.limits.maxInFlight)
            .bind(12, destination.limits.deliveriesPerDay)
    }
}
