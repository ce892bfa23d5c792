import Columns
import Glibc
import Journeys
import PluginHost
import Store
import Warehouse

/// A journey that is about to be run in virtual time: over the real model, on a copy of its members, with nothing sent.
///
/// It drives the runs that the journey would have, at the times at which it would have them, with the engine's own
/// `RunExecution`. One use, on a thread of the caller's, which it keeps to its end.
public final class Simulation: Sendable {
    let engine: Engine
    let record: JourneyRecord
    let journey: Journey
    let compiled: CompiledJourney
    let request: SimulationRequest
    let from: Int64
    private let narrowed: CompiledJourney
    private let explanations: SimulationCriteria?

    init(
        _ engine: Engine, _ record: JourneyRecord, _ journey: Journey, _ compiled: CompiledJourney,
        _ request: SimulationRequest
    ) throws {
        self.engine = engine
        self.record = record
        self.journey = journey
        self.compiled = compiled
        self.request = request
        from = request.start ?? engine.clock.now()
        var narrowed = try request.member.map { try compiled.narrowed(to: $0) } ?? compiled
        // What becomes of members is told by the witness, not read from the copy.
        narrowed.rules.keepsPaths = false
        self.narrowed = narrowed
        explanations = try request.member.map {
            try SimulationCriteria(journey, compiled.model, member: $0, warehouse: engine.warehouse)
        }
    }

    var to: Int64 { from + Int64(request.days) * Timestamp.microsecondsPerDay }

    /// Runs it to the end.
    /// - Parameters:
    ///   - isAbandoned: whether nobody waits any more; asked often, from any thread.
    ///   - deliver: gets the first deliveries, in order, as many as were asked for.
    ///   - progress: told the virtual time again and again, every few thousand members.
    /// - Returns: the report, without deliveries.
    /// - Throws: `SimulationError`, and what the rooms throw.
    public func run(
        isAbandoned: @escaping @Sendable () -> Bool, deliver: @escaping (SimulatedDelivery) -> Void,
        progress: @escaping (Int64) -> Void = { _ in }
    ) throws -> JSON {
        let limit = engine.configuration.simulationSeconds
        let end = Self.seconds() + limit
        let control = RunControl(runID: record.id, journeyID: record.id) {
            isAbandoned() || Self.seconds() >= end
        } othersWait: {
            false
        }
        let id = try engine.begin(control)
        defer { engine.end(id) }
        let clock = VirtualClock(from)
        do {
            return try engine.members.withScratch(clock: clock) { members in
                try run(members, clock, control, deliver, progress)
            }
        } catch {
            if control.stop == nil { throw error }
            if case .fail(let reason) = control.stop { throw SimulationError.noRoom(reason) }
            if Self.seconds() >= end { throw SimulationError.tooLong(seconds: limit, at: clock.now()) }
            throw SimulationError.abandoned
        }
    }

    private func run(
        _ members: MemberStore, _ clock: VirtualClock, _ control: RunControl,
        _ deliver: @escaping (SimulatedDelivery) -> Void, _ progress: @escaping (Int64) -> Void
    ) throws -> JSON {
        let proceeds = { [from] in
            progress(from)
            return control.stop == nil
        }
        let number = try copyMembers(to: members, while: proceeds)
        let witness = SimulationWitness(
            compiled, workspaceID: record.workspaceID, journeyID: record.id, wanted: request.deliveries,
            path: request.member == nil ? nil : MemberPath(), deliver: deliver, progress: progress)
        // Members stand where the last run has left them, by the definition of that time.
        var edits = try engine.edits(record, now: journey, members: members)
        try endPauses(members, number, &edits, while: proceeds)
        var starts = SimulationStarts(self)
        var runs = 0
        let movesWhenDue = compiled.rules.movesWhenDue
        func timer() throws -> Int64? {
            // Waits that pauses have moved are looked at as soon as the journey goes on.
            movesWhenDue && edits.pause != nil
                ? from
                : try members.nextTimer(
                    number, retry: members.nextRetry(number), movesWhenDue: movesWhenDue)
        }
        while let start = starts.next(timer: try timer()) {
            if control.stop != nil { throw SimulationError.abandoned }
            clock.advance(to: start.at)
            progress(start.at)
            let isEntryOpen = start.trigger != .timer && record.status != .draining
            if isEntryOpen { try explanations?.explainEntry(witness, at: clock.now()) }
            try execute(
                start.trigger, members, clock, control, witness, isEntryOpen: isEntryOpen, edits: edits)
            try explanations?.explainExit(witness)
            edits = RunEdits()
            runs += 1
        }
        if control.stop != nil { throw SimulationError.abandoned }
        return report(witness, runs: runs, active: try members.countActive(number))
    }

    private func execute(
        _ trigger: RunTrigger, _ members: MemberStore, _ clock: VirtualClock, _ control: RunControl,
        _ witness: SimulationWitness, isEntryOpen: Bool, edits: RunEdits
    ) throws {
        let now = clock.now()
        let run = RunRecord(
            id: control.runID, workspaceID: record.workspaceID, journeyID: record.id, journeyVersion: record.version,
            status: .running, trigger: trigger, startedAt: now, createdAt: now, createdBy: record.createdBy)
        do {
            let execution = try RunExecution(
                run: run, compiled: narrowed, plugins: engine.plugins, members: members, warehouse: engine.warehouse,
                control: control, clock: clock, isEntryOpen: isEntryOpen, edits: edits, settings: engine.runSettings,
                rehearsal: Rehearsal(witness: witness, clock: engine.clock, explains: request.member != nil)
            ) { reason in
                // Nobody makes room in virtual time.
                if let reason { control.requestStop(.fail(reason)) }
            }
            _ = try execution.execute()
            if let quarantine = execution.quarantine { throw RunFailure(quarantine.description) }
        } catch let error as RunFailure {
            throw SimulationError.runFailed(at: now, reason: error.description)
        }
        // The next one has the same id, and is not this one going on.
        try members.deleteRunProgress(run.id)
    }

    private func copyMembers(to members: MemberStore, while proceeds: () -> Bool) throws -> Int32 {
        if request.startsEmpty { return try members.journeyNumber(record.id) }
        // What a pause that is over has yet to move moves first.
        try engine.shiftWaits(
            Housekeeper.Task(workspaceID: record.workspaceID, journeyID: record.id, kind: .shiftWaits))
        return try members.copyJourney(
            record.id, from: engine.members.store(record.workspaceID), key: request.member.map { Array($0.utf8) },
            while: proceeds)
    }

    /// A journey that is paused goes on at the beginning; and tiles are asked about waits that pauses have moved.
    private func endPauses(
        _ members: MemberStore, _ number: Int32, _ edits: inout RunEdits, while proceeds: () -> Bool
    ) throws {
        let tiles = try members.tiles(number)
        let store = try engine.members.store(record.workspaceID)
        var moved = request.startsEmpty ? nil : try store.knownJourneyNumber(record.id).flatMap(store.movedBy)
        if let pause = try engine.presentPause(record, journey, endingAt: from) {
            let fixed = compiled.tiles(countFromArrival: false, of: tiles)
            while proceeds(), try members.shiftWaits(number, over: pause, except: fixed) {}
            moved = pause.number
        }
        if let moved { edits.handOver(after: moved, compiled, tiles) }
    }

    private func report(_ witness: SimulationWitness, runs: Int, active: Int) -> JSON {
        var members: [String: JSON] = [
            "from": .string(Timestamp.api(from)), "to": .string(Timestamp.api(to)), "runs": .integer(Int64(runs)),
            "deliveries_total": .integer(Int64(witness.delivered)),
            "assumed": .array(witness.assumptions.map { .string($0) }),
        ]
        if let path = witness.path, let member = request.member {
            members["member"] = .string(member)
            members.merge(path.members) { $1 }
        } else {
            members["tiles"] = witness.counts.json(compiled.plan)
            members["totals"] = witness.counts.totals(compiled.plan, active: active)
        }
        return .object(members)
    }

    /// Real time.
    private static func seconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }
}
