import SQLite

/// Journeys and tiles have small numbers in the rows; here they get and keep them.
extension MemberStore {
    /// The number of a journey, given at the first call and never to another one.
    public func journeyNumber(_ journeyID: String) throws -> Int32 {
        if let known = try knownJourneyNumber(journeyID) { return known }
        return try write(.normal) { database in
            try database.statement("INSERT INTO journeys(id) VALUES(?) ON CONFLICT DO NOTHING").bind(1, journeyID).run()
            return try Self.number(of: journeyID, database) ?? Int32(database.lastInsertedRow)
        }
    }

    /// The number of a journey if it has one: nil says that nobody ever entered it.
    public func knownJourneyNumber(_ journeyID: String) throws -> Int32? {
        try read { try Self.number(of: journeyID, $0) }
    }

    /// The numbers of a journey's tiles, from 1, in the order of `tileIDs`. A tile keeps its number for good, through edits
    /// that remove it and bring it back.
    public func tileNumbers(_ journey: Int32, tileIDs: [String]) throws -> [Int32] {
        let known = try tiles(journey)
        let numbers = tileIDs.map { id in known.first { $0.id.utf8.elementsEqual(id.utf8) }?.number }
        if !numbers.contains(nil) { return numbers.compactMap { $0 } }
        return try write(.normal) { database in
            try tileIDs.map { id in
                try database.statement(
                    """
                    INSERT INTO tiles(journey, n, tile_id)
                    SELECT ?1, 1 + coalesce(max(n), 0), ?2 FROM tiles WHERE journey = ?1 ON CONFLICT DO NOTHING
                    """
                ).bind(1, Int(journey)).bind(2, id).run()
                let statement = try database.statement("SELECT n FROM tiles WHERE journey = ? AND tile_id = ?")
                defer { statement.reset() }
                _ = try statement.bind(1, Int(journey)).bind(2, id).step()
                return Int32(statement.int(0))
            }
        }
    }

    /// All tiles that the journey ever had, by number.
    public func tiles(_ journey: Int32) throws -> [(number: Int32, id: String)] {
        try read { try Self.tiles(journey, $0) }
    }

    static func tiles(_ journey: Int32, _ database: Database) throws -> [(number: Int32, id: String)] {
        let statement = try database.statement("SELECT n, tile_id FROM tiles WHERE journey = ? ORDER BY n")
        defer { statement.reset() }
        statement.bind(1, Int(journey))
        var tiles: [(number: Int32, id: String)] = []
        while try statement.step() { tiles.append((Int32(statement.int(0)), statement.string(1))) }
        return tiles
    }

    private static func number(of journeyID: String, _ database: Database) throws -> Int32? {
        let statement = try database.statement("SELECT n FROM journeys WHERE id = ?")
        defer { statement.reset() }
        return try statement.bind(1, journeyID).step() ? Int32(statement.int(0)) : nil
    }
}
