import Journeys
import SQLite

extension ControlReader {
    private static let destinationColumns = """
        id, workspace_id, connection_id, name, destination_type, config, status, status_error, created_by, created_at, \
        updated_at, version, status_change, requests_per_second, max_in_flight, deliveries_per_day
        """

    public func destinations(
        workspaceID: String, _ query: ListQuery = ListQuery()
    ) throws -> Listing<DestinationRecord> {
        try list(Self.destinationColumns, from: "destinations", .workspace(workspaceID), query, Self.destination)
    }

    public func destination(workspaceID: String, id: String) throws -> DestinationRecord? {
        try connection.first(
            "SELECT \(Self.destinationColumns) FROM destinations WHERE id = ?1 AND workspace_id = ?2",
            { $0.bind(1, id).bind(2, workspaceID) }, Self.destination)
    }

    /// The destinations of all workspaces whose connector is of this type: a new generation of it opens their configs.
    public func destinations(ofType type: String) throws -> [DestinationRecord] {
        try connection.rows(
            "SELECT \(Self.destinationColumns) FROM destinations WHERE destination_type = ?1 ORDER BY n",
            { $0.bind(1, type) }, Self.destination)
    }

    /// A destination's secrets in clear, by the JSON pointer of their field in the config. Empty when it has none or does
    /// not exist.
    /// - Throws: also `CryptoError`, when a sealed value was damaged or put elsewhere.
    public func destinationSecrets(workspaceID: String, id: String) throws -> [String: [UInt8]] {
        let sealed = try connection.rows(
            """
            SELECT s.pointer, s.sealed FROM destinations d JOIN destination_secrets s ON s.destination_n = d.n
            WHERE d.id = ?1 AND d.workspace_id = ?2
            """, { $0.bind(1, id).bind(2, workspaceID) }
        ) { ($0.string(0), $0.blob(1)) }
        var secrets: [String: [UInt8]] = [:]
        for (pointer, value) in sealed {
            secrets[pointer] = try vault.open(value, workspaceID: workspaceID, destinationID: id, field: pointer)
        }
        return secrets
    }

    /// The JSON pointers of the fields that have a secret, sorted: those that GET shows as `********`.
    public func destinationSecretPointers(workspaceID: String, id: String) throws -> [String] {
        try connection.rows(
            """
            SELECT s.pointer FROM destinations d JOIN destination_secrets s ON s.destination_n = d.n
            WHERE d.id = ?1 AND d.workspace_id = ?2 ORDER BY s.pointer
            """, { $0.bind(1, id).bind(2, workspaceID) }
        ) { $0.string(0) }
    }

    /// What a destination's deliveries have kept; nil when they never kept anything.
    public func deliveryState(workspaceID: String, destinationID: String) throws -> DeliveryStateRecord? {
        try connection.first(
            """
            SELECT k.day, k.reserved, k.breaker_opened_at, k.breaker_until, k.breaker_trips, k.hold_until
            FROM destinations d JOIN destination_deliveries k ON k.destination_n = d.n
            WHERE d.id = ?1 AND d.workspace_id = ?2
            """, { $0.bind(1, destinationID).bind(2, workspaceID) }
        ) {
            DeliveryStateRecord(
                day: $0.int(0), reserved: $0.int(1), breakerOpenedAt: $0.optionalInt64(2), breakerUntil: $0.int64(3),
                breakerTrips: $0.int(4), holdUntil: $0.int64(5))
        }
    }

    private static func destination(_ row: Statement) throws -> DestinationRecord {
        let id = row.string(0)
        return DestinationRecord(
            id: id, workspaceID: row.string(1), connectionID: row.optionalString(2), name: row.string(3),
            destinationType: row.string(4), config: try row.json(5, "the config of destination \(id)"),
            limits: DestinationRecord.Limits(
                requestsPerSecond: row.isNull(13) ? nil : row.double(13),
                maxInFlight: row.optionalInt64(14).map(Int.init),
                deliveriesPerDay: row.optionalInt64(15).map(Int.init)),
            status: row.string(6), statusError: row.string(7), createdBy: row.string(8), createdAt: row.int64(9),
            updatedAt: row.int64(10), version: row.int(11), statusChange: row.int(12))
    }
}
