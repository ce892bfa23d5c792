import Delivery
import Journeys
import Store

/// `limits` of a destination: `{"requests_per_second", "max_in_flight", "deliveries_per_day"}`, each absent or null for none
/// (of `max_in_flight`: the usual one).
enum DestinationLimits {
    static func json(_ limits: DestinationRecord.Limits) -> JSON {
        [
            "requests_per_second": limits.requestsPerSecond.map { .number($0) } ?? .null,
            "max_in_flight": .integer(Int64(limits.maxInFlight ?? DeliveryLimits.defaultInFlight)),
            "deliveries_per_day": limits.deliveriesPerDay.map { .integer(Int64($0)) } ?? .null,
        ]
    }

    /// Absent, alone or as a whole, leaves what is there; null clears.
    static func read(_ fields: inout BodyFields, _ present: DestinationRecord.Limits) -> DestinationRecord.Limits {
        guard let given = fields["limits"] else { return present }
        if given.isNull { return DestinationRecord.Limits() }
        guard case .object(let members) = given else {
            fields.refuseShape("/limits", "limits must be an object or null, not \(given.kindName)")
            return present
        }
        var limits = present
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let pointer = JSON.pointer("limits", .key(name))
            switch name {
            case "requests_per_second":
                limits.requestsPerSecond = number(value, pointer, in: 0.001...100_000, &fields)
            case "max_in_flight":
                limits.maxInFlight = whole(value, pointer, in: 1...Int64(DeliveryLimits.mostInFlight), &fields)
            case "deliveries_per_day":
                limits.deliveriesPerDay = whole(value, pointer, in: 1...1_000_000_000_000, &fields)
            default:
                fields.refuseShape(
                    pointer,
                    "unknown field '\(name)': limits are requests_per_second, max_in_flight and deliveries_per_day")
            }
        }
        return limits
    }

    private static func number(
        _ value: JSON, _ pointer: String, in range: ClosedRange<Double>, _ fields: inout BodyFields
    ) -> Double? {
        if value.isNull { return nil }
        guard let number = value.doubleValue else {
            fields.refuseShape(pointer, "must be a number or null, not \(value.kindName)")
            return nil
        }
        if range.contains(number) { return number }
        fields.refuse(pointer, "must be from \(range.lowerBound) to \(Int(range.upperBound)), or null for no limit")
        return nil
    }

    private static func whole(
        _ value: JSON, _ pointer: String, in range: ClosedRange<Int64>, _ fields: inout BodyFields
    ) -> Int? {
        if value.isNull { return nil }
        guard value.doubleValue != nil else {
            fields.refuseShape(pointer, "must be a whole number or null, not \(value.kindName)")
            return nil
        }
        if let number = value.integerValue, range.contains(number) { return Int(number) }
        fields.refuse(pointer, "must be a whole number from \(range.lowerBound) to \(range.upperBound), or null")
        return nil
    }
}
