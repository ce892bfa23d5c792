/// Turns request bodies into journeys: shape, sizes, filter grammar and cron syntax, as the contract's common rules ask
/// of POST and PUT. Columns, tile configs and the DAG are left to validation. Pure; any thread.
public enum JourneyParser {
    public static let maxNameLength = 255

    /// The journey that a POST body describes.
    /// - Throws: `JourneyInputError` with every fault found.
    public static func create(_ json: JSON, limits: JourneyLimits = JourneyLimits()) throws(JourneyInputError)
        -> Journey
    {
        try parse(json, over: nil, limits)
    }

    /// `journey` as a PUT body changes it: absent fields stay, null clears (`name` and `parent_model_id` can't be
    /// cleared).
    /// - Throws: `JourneyInputError` with every fault found.
    public static func update(
        _ journey: Journey, with json: JSON, limits: JourneyLimits = JourneyLimits()
    ) throws(JourneyInputError) -> Journey {
        try parse(json, over: journey, limits)
    }

    private static func parse(
        _ json: JSON, over present: Journey?, _ limits: JourneyLimits
    ) throws(JourneyInputError) -> Journey {
        var reader = JourneyReader(json: json, limits: limits)
        let journey = reader.journey(over: present)
        if let journey, reader.faults.isEmpty { return journey }
        let first = reader.faults.first?.problem.description ?? "the body is no journey"
        let more = reader.faults.count - 1
        throw JourneyInputError(
            status: reader.faults.contains(where: \.isShape) ? 400 : 422,
            message: more > 0 ? "\(first) (and \(more) more problem\(more == 1 ? "" : "s"))" : first,
            problems: reader.faults.map(\.problem))
    }
}
