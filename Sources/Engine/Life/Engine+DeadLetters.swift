import Journeys
import Store

/// What people do with single members, and with dead letters in bulk.
extension Engine {
    /// Rows that one step of bulk work changes, in one transaction.
    private static let step = 2000
    /// Microseconds that a caller waits for a run to come between two batches.
    private static let patience: Int64 = 5_000_000

    /// Does something with parked members that pass a filter; durable step by step, whether a run goes on or not. Who is
    /// tried again or goes on does so at once, without waiting for a schedule.
    /// - Returns: how many it was done with.
    /// - Throws: `EngineError.busy` once all is done but for journeys whose runs come to no rest.
    public func remedy(
        _ remedy: MemberStore.Remedy, _ filter: DeadLetterFilter, workspaceID: String
    ) throws -> Int {
        let store = try members.store(workspaceID)
        var cursor: DeadLetterCursor?
        var count = 0
        var journeys: Set<String> = []
        var busy: Set<String> = []
        defer { for id in journeys { replan(workspaceID, id) } }
        repeat {
            let page = try store.deadLetters(filter, after: cursor, limit: Self.step)
            for (number, letters) in Dictionary(grouping: page.letters, by: \.journey) {
                guard let id = letters.first?.journeyID, !busy.contains(id) else { continue }
                do {
                    count += try betweenBatches(of: id) { try store.remedy(remedy, number, keys: letters.map(\.key)) }
                    journeys.insert(id)
                } catch EngineError.busy {
                    busy.insert(id)
                }
            }
            cursor = page.next
        } while cursor != nil
        if !busy.isEmpty {
            throw EngineError.busy(
                "It is done with \(count) members; those of \(busy.sorted().joined(separator: ", ")) are left, where a run is in "
                    + "the middle of a long step: repeat the call in a moment, or cancel the run")
        }
        return count
    }

    /// The same with one member.
    /// - Returns: false when it is not parked.
    public func remedy(
        _ remedy: MemberStore.Remedy, member key: [UInt8], workspaceID: String, journeyID: String
    ) throws -> Bool {
        let store = try members.store(workspaceID)
        guard let number = try store.knownJourneyNumber(journeyID) else { return false }
        let count = try betweenBatches(of: journeyID) { try store.remedy(remedy, number, keys: [key]) }
        if count > 0 { replan(workspaceID, journeyID) }
        return count > 0
    }

    /// Has an active member leave, parked or not.
    /// - Returns: false when it is not active, or its outcome at a tile with side effects is awaited.
    public func remove(member key: [UInt8], workspaceID: String, journeyID: String) throws -> Bool {
        let store = try members.store(workspaceID)
        guard let number = try store.knownJourneyNumber(journeyID) else { return false }
        let isRemoved = try betweenBatches(of: journeyID) { [queue] in
            try store.setExited(
                number, key: key, reason: .removed, unlessUnderWay: queue.running(journeyID) != nil)
        }
        if isRemoved { replan(workspaceID, journeyID) }
        return isRemoved
    }

    /// Changes members where no run has them in hand: while none goes on, or on its thread between two batches.
    /// - Throws: `EngineError.busy` when the run comes to no rest.
    func betweenBatches<Value: Sendable>(
        of journeyID: String, _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        while true {
            // A run that begins meanwhile waits for this lock before it reads anybody.
            let value = try lifecycle.withLock { _ in
                try queue.running(journeyID) == nil ? Optional(body()) : nil
            }
            if let value { return value }
            switch queue.running(journeyID)?.perform(patience: Self.patience, body) {
            case .done(let result): return try result.get()
            case .busy:
                throw EngineError.busy(
                    "The journey's run is in the middle of a long step: try again in a moment, or cancel the run")
            case .over, nil: continue
            }
        }
    }

    /// Members may be due now, or a draining journey empty.
    func replan(_ workspaceID: String, _ journeyID: String) {
        do {
            try lifecycle.withLock { _ in
                guard let record = try journey(workspaceID, journeyID),
                    [.active, .error, .draining].contains(record.status)
                else { return }
                settle(record)
            }
        } catch {
            log.error(
                event: "journey_not_planned", "a journey's next starts can't be planned now",
                ["journey_id": journeyID, "error": "\(error)"])
            let task = Housekeeper.Task(workspaceID: workspaceID, journeyID: journeyID, kind: .plan)
            housekeeper.enqueue(task, at: clock.now() + Self.housekeepingPause)
        }
    }
}
