extension PluginHost {
    /// Forgets that a content was refused or rolled back and looks through the directories again: for an operator who
    /// mended what the plugin missed. Blocks like `loadAll`.
    /// - Returns: as `loadAll`; what was refused may be refused again.
    /// - Throws: what the memory threw.
    public func retry(sha256: String) throws -> [LoadOutcome] {
        for var record in try memory.records()
        where record.sha256 == sha256 && (record.state == .refused || record.state == .rolledBack) {
            record.state = .superseded
            record.loadedAt = environment.clock.now()
            try memory.remember(record)
        }
        return loadAll()
    }
}
