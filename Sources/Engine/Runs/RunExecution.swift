import Columns
import Journeys
import Platform
import PluginHost
import Store
import Warehouse

/// One run from its committed state to its end, on one thread: exit criteria, due members, entry, retries.
///
/// The order holds for each member (DESIGN.md 4): whoever should be out is out before anything is sent. All that a run has
/// done is in the members' database at each commit, so a run that was interrupted goes on from there under its id.
final class RunExecution {
    /// States in which a member rests at its tile; a call in flight is none of them.
    static let resting = MemberStates(.none, .waiting, .retry)
    /// Microseconds between two looks for those who are due, in a run that lasts.
    static let lookPause: Int64 = 1_000_000

    enum Ending {
        case completed, cancelled
        /// The gateway stops; the run goes on after the next start.
        case interrupted
    }

    /// How far entry is; stored as the phase of the run's progress.
    enum Phase: Int { case beforeEntry = 0, entry, afterEntry }

    struct Settings: Sendable {
        var batchRows = 8192
        /// Changed rows after which pure movement is committed.
        var commitRows = 8 * 8192
        /// Members waiting for a call to a tile with side effects before the model is read on: four batches.
        var stagedRows = 4 * 8192
        /// Microseconds: retries due within it are waited for.
        var retryHold: Int64 = 30_000_000
        /// Microseconds after which a tile stands still.
        var silenceLimit: Int64 = 1_000_000
    }

    let run: RunRecord
    /// Without its instances: the stations hold them, and let go of them when a plugin is swapped.
    let compiled: CompiledJourney
    let members: MemberStore
    let warehouse: Warehouse
    let control: RunControl
    let clock: any Clock
    let settings: Settings
    let mover: Mover
    let journeyNumber: Int32
    let tileNumbers: [Int32]
    let tileIndices: [Int32: Int]
    let isEntryOpen: Bool
    /// What edits since the last completed run mean for members.
    let edits: RunEdits
    /// Relative dates count from it: the start of the run, also after a restart.
    let runAt: Int64
    var progress: RunProgress
    private var totals: Tally
    private var isProgressDirty = false
    private let writer: PatientWriter
    private let commitsBehind: CommitsBehind
    /// Made with the first batch of entry.
    var knownKeys: KnownKeys?
    /// The progress as the database has it, and as it will have it once what was handed over is written.
    private var committed: RunProgress
    private var unwritten: RunProgress?
    /// When those who are due are looked for again, in a run that lasts.
    var nextLook = Int64.min
    /// The scan whose read transaction must not be held during a delivery.
    private weak var openScan: ModelScan?

    init(
        run: RunRecord, compiled: CompiledJourney, plugins: PluginHost, members: MemberStore, warehouse: Warehouse,
        control: RunControl,
        clock: any Clock, isEntryOpen: Bool, edits: RunEdits, settings: Settings, rehearsal: Rehearsal? = nil,
        standsStill: @escaping @Sendable (String?) -> Void
    ) throws {
        self.run = run
        self.compiled = compiled.withoutInstances
        self.members = members
        self.warehouse = warehouse
        self.control = control
        self.clock = clock
        self.isEntryOpen = isEntryOpen
        self.edits = edits
        self.settings = settings
        runAt = run.startedAt ?? clock.now()
        journeyNumber = try members.journeyNumber(run.journeyID)
        tileNumbers = try members.tileNumbers(journeyNumber, tileIDs: compiled.plan.tiles.map(\.id))
        tileIndices = Dictionary(zip(tileNumbers, 0...)) { first, _ in first }
        let layout = compiled.layout
        let schema = BatchSchema(columns: compiled.model.columns)
        let stations = zip(compiled.plan.tiles, compiled.instances).compactMap { node, instance in
            Station(
                node: node, instance: instance, rules: compiled.tileRules[node.index],
                succession: Succession(
                    plugins: plugins, config: compiled.configs[node.index], schema: schema,
                    workspaceID: run.workspaceID, journeyID: run.journeyID, epoch: compiled.epoch),
                layout: layout, workspaceID: run.workspaceID, journeyID: run.journeyID,
                defaultBatch: settings.batchRows)
        }
        guard stations.count == compiled.plan.tiles.count else {
            throw RunFailure("a tile reads a column that its model lacks: validate the journey")
        }
        mover = Mover(
            plan: compiled.plan, stations: stations,
            call: Mover.Call(
                workspaceID: run.workspaceID, journeyID: run.journeyID, runID: run.id, runAt: runAt,
                isCancelled: { [control] in control.stop != nil }, rehearsal: rehearsal),
            clock: clock,
            kinds: compiled.rules.keepsPaths
                ? StepKinds(known: try members.stepKinds(journeyNumber), tileNumbers: tileNumbers) : nil)
        progress =
            try members.runProgress(run.id) ?? RunProgress(runID: run.id, journey: journeyNumber)
        committed = progress
        writer = PatientWriter(store: members, clock: clock, control: control, standsStill: standsStill)
        commitsBehind = CommitsBehind(writer)
        totals = Tally(branches: compiled.plan.tiles.map(\.branches.count))
        totals.restore(progress, tileNumbers: tileNumbers)
    }

    /// Runs to the end. Throws when the run fails as a whole; what was committed stays.
    func execute() throws -> Ending {
        defer {
            knownKeys?.close()
            commitsBehind.close()
        }
        do {
            return try go()
        } catch let error as Unwritten {
            if control.stop == .shutdown { return .interrupted }
            throw error.cause
        }
    }

    private func go() throws -> Ending {
        publish()
        let start = mover.now
        do {
            // Each step reads what the one before has written. Calls that were found in flight end first, so that nobody
            // is let out and moved on at once.
            try resumeUnderway()
            try settle(limit: 0, meanwhile: moveWhoIsDue)
            for step in [leaveByCriteria, moveEdited, { try self.moveDue(states: RunExecution.resting, upTo: start) }] {
                try commit(durable: false)
                if control.stop == nil { try step() }
            }
            try commit(durable: false)
            if control.stop == nil, isEntryOpen { try enter() }
            try settle(limit: 0, meanwhile: moveWhoIsDue)
            try holdForRetries()
        } catch is CancelledScan {
        } catch let error as Unwritten {
            throw error
        } catch {
            // Calls in flight end all the same, and what they have done is kept: else it would be done again.
            mover.unstage()
            try settle(limit: 0)
            try commit(durable: true, always: true)
            throw error
        }
        if control.stop != nil { mover.unstage() }
        try settle(limit: 0)
        try commit(durable: true, always: true)
        switch control.stop {
        case nil: return .completed
        case .cancel: return .cancelled
        case .fail(let reason): throw RunFailure(reason)
        case .shutdown: return .interrupted
        }
    }

    /// That of a plugin that the run called; nil when all are well.
    var quarantine: PluginQuarantine? { mover.stations.lazy.compactMap(\.instance.quarantine).first }

    /// As of the last commit that is in the database, and so are `tileCounts`.
    var counts: RunCounts { committed.counts }
    var tileCounts: [String: RunTileCounts] {
        var tiles: [String: RunTileCounts] = [:]
        for (index, number) in tileNumbers.enumerated() {
            tiles[compiled.plan.tiles[index].id] = committed.tiles[number] ?? RunTileCounts()
        }
        return tiles
    }

    // MARK: Steps

    /// After new input: moves everybody as far as possible and commits when it is time.
    func step() throws {
        mover.drain()
        if mover.stagedRows > 0 || !mover.flights.isEmpty {
            if mover.stagedRows > 0 { try commit(durable: true) }
            mover.launch()
            // No read transaction is held during a delivery, unless going on would sort the model anew.
            if let scan = openScan, scan.isIndexed { scan.suspend() }
            if mover.absorb() { try afterOutcomes() }
            try settle(limit: settings.stagedRows)
        } else if mover.dirtyRows >= settings.commitRows {
            if progress.phase == Phase.entry.rawValue { try commitBehind() } else { try commit(durable: false) }
        }
        try serve()
    }

    /// Does what others have asked for: with everything committed, only members in flight are the run's alone.
    func serve() throws {
        guard control.hasErrands else { return }
        try commit(durable: false)
        control.serve()
    }

    /// Takes outcomes of calls in flight until at most `limit` members wait for a call; with 0 until all calls have ended.
    /// - Parameter meanwhile: done again and again, about ten times a second: calls may take hours.
    func settle(limit: Int, meanwhile: () throws -> Void = {}) throws {
        while limit == 0 ? mover.stagedRows > 0 || !mover.flights.isEmpty : mover.stagedRows > limit {
            if control.stop != nil { mover.unstage() }
            mover.launch()
            if mover.flights.isEmpty {
                // Arrivals that came with the last outcomes are not committed yet, so nothing could be called.
                try commit(durable: true)
                if mover.stagedRows == 0 { continue }
                mover.launch()
            }
            if let scan = openScan, scan.isIndexed { scan.suspend() }
            // A tile that stands still does not keep the model from being read on: its members come back later.
            if limit > 0, mover.shelve(after: settings.silenceLimit) {
                try commit(durable: true)
                continue
            }
            _ = mover.signal.wait(microseconds: 100_000) { $0.rows >= 1000 || $0.ended > 0 ? true : nil }
            if mover.absorb() { try afterOutcomes() }
            try serve()
            try meanwhile()
        }
    }

    private func afterOutcomes() throws {
        mover.now = clock.now()
        mover.drain()
        try commit(durable: true)
        mover.launch()
    }

    func watch(_ scan: ModelScan?) { openScan = scan }

    /// Writes all changes since the last commit, with the run's progress, in one transaction.
    func commit(durable: Bool, always: Bool = false) throws {
        try commitsBehind.finish()
        written()
        mover.admit()
        // What is called next must be on the disk as arrived, whoever asked for this commit.
        let durable = durable || mover.stagedRows > 0
        guard let next = nextCommit(always: always) else { return }
        try writer.write(next.commit, durable ? .full : .normal)
        handedOver(next)
        written()
    }

    /// As `commit`, but written while the run goes on. Only where nobody waits for a call, and what is read before the next
    /// `commit` are other members: in entry, whose keys only rise.
    private func commitBehind() throws {
        guard let next = nextCommit(always: false) else { return }
        try commitsBehind.add(next.commit)
        written()
        handedOver(next)
    }

    private func nextCommit(always: Bool) -> (commit: MemberCommit, totals: Tally)? {
        let changes = mover.changes(tileNumbers: tileNumbers)
        if changes.isEmpty && !isProgressDirty && !always { return nil }
        var totals = totals
        totals.add(mover.tally)
        progress.counts = totals.counts
        for (index, number) in tileNumbers.enumerated() { progress.tiles[number] = totals.tileCounts(index) }
        let commit = MemberCommit(
            journey: journeyNumber, rows: changes.rows, counters: changes.counters,
            stepKinds: mover.kinds?.new ?? [], progress: progress)
        return (commit, totals)
    }

    private func handedOver(_ next: (commit: MemberCommit, totals: Tally)) {
        totals = next.totals
        isProgressDirty = false
        mover.committed()
        unwritten = progress
    }

    /// What was handed over is in the database: only that is told to others.
    private func written() {
        guard let progress = unwritten else { return }
        unwritten = nil
        committed = progress
        publish()
    }

    func noteProgress(phase: Phase, cursor: [UInt8]?) {
        progress.phase = phase.rawValue
        progress.cursor = cursor
        isProgressDirty = true
    }

    private func publish() { control.publish(counts, tileCounts) }
}

/// Why a run failed as a whole, for people.
struct RunFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
