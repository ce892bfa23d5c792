import Crypto
import Glibc
import Platform

/// Stores for a time: of a simulation, which works on a copy.
extension MemberStores {
    private static let prefix = "scratch-"

    /// Gives `body` an empty store in a directory of its own, which is removed when it returns. Nothing in it is ever
    /// synced to the disk.
    public func withScratch<Result>(clock: any Clock, _ body: (MemberStore) throws -> Result) throws -> Result {
        let directory = "\(scratchDirectory)/\(Self.prefix)\(try Crypto.uuid())"
        try Files.makeDirectory(directory)
        defer { Self.remove(directory) }
        let store = try MemberStore(
            path: directory + "/members.db", clock: clock, log: log, checkpointer: checkpointer, limits: .init(),
            isScratch: true)
        defer { store.close() }
        return try body(store)
    }

    /// Removes what a process that died has left. Only while this one holds the data directory, and before it makes any.
    public func sweepScratch() throws {
        guard Files.exists(scratchDirectory) else { return }
        for name in try Files.list(scratchDirectory) where name.hasPrefix(Self.prefix) {
            Self.remove("\(scratchDirectory)/\(name)")
        }
    }

    private static func remove(_ directory: String) {
        for name in (try? Files.list(directory)) ?? [] { unlink("\(directory)/\(name)") }
        rmdir(directory)
    }
}

extension MemberStore {
    /// Takes over a journey's tiles under their numbers, and its members as they are, page by page: each as of some moment
    /// meanwhile, none held back from moving on. What errors were sent and answered stays behind.
    /// - Parameters:
    ///   - other: only read.
    ///   - key: the one member to take; nil for all.
    ///   - proceeds: asked between pages; false ends it.
    /// - Returns: the journey's number here.
    public func copyJourney(
        _ journeyID: String, from other: MemberStore, key: [UInt8]? = nil, pageRows: Int = 8192,
        while proceeds: () -> Bool
    ) throws -> Int32 {
        let journey = try journeyNumber(journeyID)
        guard let origin = try other.knownJourneyNumber(journeyID) else { return journey }
        // Numbers are given in order, from 1, and never again: the same tiles in the same order get the same ones.
        _ = try tileNumbers(journey, tileIDs: other.tiles(origin).map(\.id))
        if let key {
            if let rows = try other.member(origin, key: key) { try insert(rows, journey) }
            return journey
        }
        var cursor: [UInt8]?
        repeat {
            let page = try other.members(origin, after: cursor, limit: pageRows)
            if !page.rows.isEmpty { try insert(page.rows, journey) }
            cursor = page.next
        } while cursor != nil && proceeds()
        return journey
    }

    private func insert(_ rows: MemberRows, _ journey: Int32) throws {
        rows.isNew = true
        var counters = CounterDeltas()
        for row in 0..<rows.count {
            counters.count(tile: rows.tile[row], status: rows.status(row), state: rows.state(row), by: 1)
        }
        try commit(MemberCommit(journey: journey, rows: [rows], counters: counters), durability: .normal)
    }
}
