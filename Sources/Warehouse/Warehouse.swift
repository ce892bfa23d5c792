import Journeys
import Platform

/// Sources and models: keeps each workspace's embedded source, DATA/data/<workspace>.db, runs a model's SQL with a filter
/// pushed down, and yields record batches in key order.
///
/// Any thread, but never Swift's cooperative pool: every call blocks on SQLite.
public final class Warehouse: Sendable {
    let clock: any Clock
    let log: Log
    private let directory: String
    private let files = Monitor<[String: SourceFile]>([:])

    /// How long previews and counts may take, in microseconds.
    let patience: Int64

    /// - Parameters:
    ///   - dataDirectory: DATA; the files are made in its folder `data`.
    ///   - patience: how long previews and counts may take, in microseconds.
    ///   - clock: deadlines are counted on it.
    public init(dataDirectory: String, patience: Int64 = 10_000_000, clock: any Clock, log: Log) {
        self.patience = patience
        self.clock = clock
        self.log = log
        directory = "\(dataDirectory)/data"
    }

    /// The file of a workspace's embedded source, whether it exists or not.
    /// - Throws: `SourceGone` for what is no workspace id, and so might be a path.
    func file(_ workspaceID: String) throws(SourceGone) -> SourceFile {
        let isID = workspaceID.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard isID, (1...64).contains(workspaceID.utf8.count) else {
            throw SourceGone("'\(workspaceID.prefix(64))' is no workspace id")
        }
        return files.withLock { files in
            if let file = files[workspaceID] { return file }
            let file = SourceFile(path: "\(directory)/\(workspaceID).db")
            files[workspaceID] = file
            return file
        }
    }

    /// Closes all connections that are not in use.
    public func close() { files.withLock { $0.values.forEach { $0.close() } } }
}
