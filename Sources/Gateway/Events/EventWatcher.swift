import Engine
import HTTPServer
import Journeys
import Store

/// One caller's stream of events of a run, or of a journey with all its runs. It keeps what it has told, and is told of the
/// difference: what lies between two looks is never kept, so a slow reader costs nothing and misses only what is past.
///
/// Used on the hub's thread only, once it is there.
final class EventWatcher {
    /// What it asks of the present, in one read transaction.
    struct Source {
        let reader: ControlReader
        let engine: Engine
        /// How many rows of the model entry of a run reads in all, once it is known.
        let rowsTotal: (RunRecord) -> Int?
    }

    private struct Told {
        var status: RunStatus
        var run: RunRecord?
        var hash: UInt64
    }

    /// Runs of a journey that are looked at: more than can end between two looks.
    private static let runs = 20

    let workspaceID: String
    let journeyID: String
    private let runID: String?
    let stream: ResponseStream
    /// With the key, which is asked for again with each heartbeat and change of keys.
    let head: RequestHead
    /// Microseconds since 1970; nil for a key without an end.
    var keyExpiresAt: Int64?
    /// What the store had counted when the key was last found good; nil before the first look, which may be later than a change
    /// that the caller's request had not seen.
    var keyChanges: Int64?
    var nextHeartbeat: Int64 = 0

    private var told: [String: Told] = [:]
    private var journeyTold: (status: JourneyStatus, error: String, version: Int)?
    /// Cancelled runs that were let go of by the look before: what they had done at last shows in this one.
    private var settled: Set<String> = []
    private var isFirst = true
    private var resumed: (runID: String, hash: UInt64)?

    /// - Parameter runID: nil for all runs of the journey.
    init(_ call: Call, journeyID: String, runID: String?, _ stream: ResponseStream) {
        workspaceID = call.workspaceID
        self.journeyID = journeyID
        self.runID = runID
        self.stream = stream
        head = call.head
        keyExpiresAt = call.principal?.expiresAt
        resumed = head.headers[first: "last-event-id"].flatMap(Self.place)
    }

    /// The events since the last look; true at the end when there will be no more.
    func look(_ source: Source) throws -> (bytes: [UInt8], isOver: Bool) {
        let (events, isOver) = try news(source)
        defer { isFirst = false }
        return ((isFirst ? ServerSentEvent.retry : []) + events.flatMap(\.bytes), isOver)
    }

    private func news(_ source: Source) throws -> (events: [ServerSentEvent], isOver: Bool) {
        var events: [ServerSentEvent] = []
        if let runID {
            guard let status = try source.reader.runStatus(workspaceID: workspaceID, journeyID: journeyID, id: runID)
            else {
                return ([Self.end("deleted", journeyID)], true)
            }
            let isTold = try look(runID, status, source, &events)
            return (events, status.isFinal && isTold)
        }
        guard let journey = try source.reader.journeyHead(workspaceID: workspaceID, id: journeyID) else {
            return ([Self.end("deleted", journeyID)], true)
        }
        if journeyTold.map({ $0 != (journey.status, journey.statusError, journey.version) }) ?? true {
            journeyTold = (journey.status, journey.statusError, journey.version)
            events.append(Self.event(of: journey))
        }
        let areTold = try lookAtRuns(source, &events)
        guard journey.status == .archived, areTold else { return (events, false) }
        return (events + [Self.end("archived", journeyID)], true)
    }

    /// The place of an event that a caller has: its run, and the state that it told of.
    private static func place(_ id: String) -> (runID: String, hash: UInt64)? {
        let parts = id.split(separator: ".")
        guard parts.count == 2, let run = UUIDText.normalized(String(parts[0])), let hash = UInt64(parts[1], radix: 16)
        else { return nil }
        return (run, hash)
    }

    /// False when there is one that is to be told of later.
    private func lookAtRuns(_ source: Source, _ events: inout [ServerSentEvent]) throws -> Bool {
        let all = try source.reader.runStatuses(workspaceID: workspaceID, journeyID: journeyID, limit: Self.runs)
        if isFirst {
            // What was before the caller came it can list: it begins with the newest, or where it left off.
            let first = resumed.flatMap { resumed in all.firstIndex { $0.id == resumed.runID } } ?? 0
            for (id, status) in all.dropFirst(first + 1) { told[id] = Told(status: status, run: nil, hash: 0) }
        }
        var areTold = true
        for (id, status) in all.reversed() where try !look(id, status, source, &events) { areTold = false }
        let present = Set(all.map(\.id))
        told = told.filter { present.contains($0.key) }
        settled.formIntersection(present)
        return areTold
    }

    /// False when it is to be told of later.
    private func look(
        _ id: String, _ status: RunStatus, _ source: Source, _ events: inout [ServerSentEvent]
    ) throws -> Bool {
        guard isSettled(id, status, source) else { return false }
        var known = told[id]
        if known?.status != status {
            let run = try source.reader.run(workspaceID: workspaceID, journeyID: journeyID, id: id)
            known = Told(status: status, run: run, hash: 0)
        } else if status != .running {
            return true
        }
        guard let run = known?.run else { return true }
        // The engine has a run for a moment after its end was stored, which is told as it was stored.
        let snapshot = status.isFinal ? nil : source.engine.watch(run)
        let isChange = told[id]?.status != status
        // Its thread has let go of it, and what it did shows in a moment.
        if !isChange, snapshot == nil { return true }
        let total = snapshot?.rowsRead == nil ? nil : source.rowsTotal(run)
        var members = (snapshot?.run ?? run).json.objectValue ?? [:]
        members["rows"] =
            snapshot?.rowsRead.map { read in
                ["read": .integer(Int64(read)), "total": total.map { .integer(Int64(max($0, read))) } ?? .null]
            } ?? .null
        let data = JSON.object(members)
        let hash = Self.hash(data.serialized())
        defer { told[id] = Told(status: status, run: status.isFinal ? nil : run, hash: hash) }
        let isEnd = runID != nil && status.isFinal
        // The end is told again: else a client that had it before its connection broke would come again for ever.
        if !isEnd, told[id]?.hash ?? resumed.flatMap({ $0.runID == id ? $0.hash : nil }) == hash { return true }
        let name = isEnd ? "end" : isChange ? "state" : "progress"
        events.append(
            ServerSentEvent(name: name, id: "\(id).\(String(hash, radix: 16))", data: data))
        return true
    }

    /// Whether what the store has of the run is all. A run that is cancelled is that at once, and its last counts come when its
    /// thread has stopped, which this read may be too early for.
    private func isSettled(_ id: String, _ status: RunStatus, _ source: Source) -> Bool {
        guard status == .cancelled, told[id]?.status != status else { return true }
        if settled.remove(id) != nil { return true }
        if !source.engine.isAtWork(journeyID: journeyID, runID: id) { settled.insert(id) }
        return false
    }

    private static func event(of journey: JourneyHead) -> ServerSentEvent {
        ServerSentEvent(
            name: "journey",
            data: [
                "journey_id": .string(journey.id), "status": .string(journey.status.rawValue),
                "status_error": .string(journey.statusError), "version": .integer(Int64(journey.version)),
            ])
    }

    private static func end(_ reason: String, _ journeyID: String) -> ServerSentEvent {
        ServerSentEvent(name: "end", data: ["journey_id": .string(journeyID), "reason": .string(reason)])
    }

    /// FNV-1a: the same state has the same hash, in another process too.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
