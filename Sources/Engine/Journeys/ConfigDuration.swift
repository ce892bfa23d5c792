import Journeys

/// `{"duration": 30, "unit": "days"}` where the engine's own fields of a tile's config have a span of time.
public enum ConfigDuration {
    /// In microseconds, from 0; nil when it is of another form or too long.
    public static func microseconds(_ json: JSON) -> Int64? {
        let units: [String: Int64] = [
            "seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800,
        ]
        guard let amount = json["duration"]?.integerValue, amount >= 0, amount <= 1_000_000_000,
            let unit = json["unit"]?.stringValue, let seconds = units[unit], json.objectValue?.count == 2
        else { return nil }
        let (product, overflow) = (amount * seconds).multipliedReportingOverflow(by: 1_000_000)
        return overflow ? nil : product
    }
}
