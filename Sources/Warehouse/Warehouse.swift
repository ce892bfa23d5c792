import Journeys
import Platform

/// Sources and models: keeps each workspace's embedded source, DATA/data/<workspace>.db, runs a model's SQL with a filter
/// pushed down, and yields record batches in key order.
///
/// Any thread, but never Swift's cooperative pool: every call blocks on SQLite.
public final class Warehouse: Sendable {
    /// - Parameters:
    ///   - dataDirectory: DATA; the files are made in its folder `data`.
    ///   - clock: deadlines are counted on it.
    public init(dataDirectory: String, clock: any Clock, log: Log) {
    }
}
