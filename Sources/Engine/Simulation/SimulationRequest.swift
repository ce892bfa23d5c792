import Journeys

/// What a simulation is to find out.
public struct SimulationRequest: Sendable {
    /// Days of 24 hours.
    public var days: Int
    /// Without the members that are inside now.
    public var startsEmpty = false
    /// When it begins; nil for now.
    public var start: Int64?
    /// Microseconds between two runs of a journey without schedule.
    public var every: Int64 = 86_400_000_000
    /// Only this member.
    public var member: String?
    /// Deliveries that are told of; all are counted.
    public var deliveries = 100

    public init(days: Int) { self.days = days }
}

/// What a tile with side effects would have done for a member.
public struct SimulatedDelivery: Sendable {
    public var at: Int64
    public var tileID: String
    /// Nil for tiles that name none.
    public var destinationID: String?
    public var member: String
    /// The idempotency key, as a real run would send it.
    public var key: String
    /// What the member would be sent, as the tile recorded it; `null` when it is not known.
    public var payload: JSON
    /// The whole of what the tile recorded beside it: the request that carries the member, perhaps with others.
    public var request: JSON?

    public var json: JSON {
        var members: [String: JSON] = [
            "at": .string(Timestamp.api(at)), "tile": .string(tileID),
            "destination_id": destinationID.map { .string($0) } ?? .null, "member": .string(member),
            "key": .string(key), "payload": payload,
        ]
        members["request"] = request
        return .object(members)
    }
}

/// Why a simulation came to no end.
public enum SimulationError: Error, Sendable {
    /// Nobody waits for it any more, or the gateway stops.
    case abandoned
    /// It took too long; at which virtual time it was.
    case tooLong(seconds: Int, at: Int64)
    /// The copy can't be written, for this reason.
    case noRoom(String)
    /// A run would have failed as a whole.
    case runFailed(at: Int64, reason: String)
}
