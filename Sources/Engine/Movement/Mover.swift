import CTessera
import Columns
import Journeys
import Platform
import PluginHost
import Store

/// Takes members from tile to tile in one run: hands parcels to stations, turns outcomes into places, and keeps what the
/// next commit has to write. Knows roles, branches and outcomes, never a tile type's name.
///
/// Belongs to the thread of its run.
final class Mover {
    /// What all calls of a run have in common.
    struct Call {
        var workspaceID: String
        var journeyID: String
        var runID: String
        var runAt: Int64
        var isCancelled: @Sendable () -> Bool
        /// Set in a simulation.
        var rehearsal: Rehearsal?
    }

    /// A call that may still report.
    final class Flight {
        let parcel: Parcel
        let station: Station
        let buffer: OutcomeBuffer
        let reported: Cells<Bool>
        init(parcel: Parcel, station: Station, buffer: OutcomeBuffer) {
            self.parcel = parcel
            self.station = station
            self.buffer = buffer
            reported = Cells(false, parcel.rows.count)
        }

        deinit { reported.deallocate() }
    }

    /// Reports that the run has not looked at yet.
    struct Signal {
        var rows = 0
        var ended = 0
    }

    /// The wake time of arrivals whose outcome is not known. It lies before all times, so that asking for what is due up
    /// to it finds them alone, and asking for what is due after it never finds a call in flight.
    static let underwayWake: Int64 = 0

    let plan: JourneyPlan
    let stations: [Station]
    let call: Call
    let clock: any Clock
    let signal = Monitor(Signal())

    /// The time of the present step: one for a whole pass, so that waits that begin together end together.
    var now: Int64
    var tally: Tally
    /// Nil: the journey keeps no paths.
    var kinds: StepKinds?
    private(set) var dirtyCargos: [Cargo] = []
    private var pending: [[Parcel]]
    /// Arrivals that must be committed before their tile is called.
    private(set) var staged: [[Parcel]]
    private(set) var stagedRows = 0
    /// How many of a tile's staged parcels, from the first, have their attempt counted.
    private(set) var admitted: [Int]
    private(set) var flights: [Flight] = []
    /// How long each tile has said nothing about its calls in flight.
    var silence: Silence

    init(plan: JourneyPlan, stations: [Station], call: Call, clock: any Clock, kinds: StepKinds? = nil) {
        self.plan = plan
        self.stations = stations
        self.call = call
        self.clock = clock
        self.kinds = kinds
        now = clock.now()
        tally = Tally(branches: plan.tiles.map(\.branches.count))
        pending = .init(repeating: [], count: plan.tiles.count)
        staged = .init(repeating: [], count: plan.tiles.count)
        admitted = .init(repeating: 0, count: plan.tiles.count)
        silence = Silence(tiles: plan.tiles.count)
    }

    // MARK: Coming in

    /// Members come to a tile.
    func arrive(_ cargo: Cargo, rows: [Int32], at tile: Int) {
        if rows.isEmpty { return }
        for row in rows {
            let row = Int(row)
            cargo.tile[row] = Int32(tile)
            cargo.arrivedAt[row] = now
            cargo.attempt[row] = 0
        }
        tally.tiles[tile].arrived += rows.count
        call.rehearsal?.witness.arrived(cargo, rows, at: tile, now: now)
        pending[tile].append(Parcel(cargo: cargo, rows: rows))
    }

    /// Members who stand at a tile already are handed to it again.
    func resume(_ cargo: Cargo, rows: [Int32], at tile: Int) {
        if !rows.isEmpty { pending[tile].append(Parcel(cargo: cargo, rows: rows)) }
    }

    /// Takes everybody as far as the tiles let them. Tiles are visited in topological order, so one pass is enough.
    func drain() {
        for tile in plan.order {
            let parcels = pending[tile]
            if parcels.isEmpty { continue }
            pending[tile] = []
            let station = stations[tile]
            for parcel in parcels {
                if station.commitsArrival {
                    for part in Mover.cut(parcel, station.maximumBatch) { stage(part, at: station) }
                } else {
                    visitAll(parcel, station)
                }
            }
        }
    }

    /// Calls the tile for a parcel, batch by batch: a newer generation may come in between, and with it another limit.
    private func visitAll(_ parcel: Parcel, _ station: Station) {
        var start = 0
        while start < parcel.rows.count {
            station.adopt()
            let end = min(start + station.maximumBatch, parcel.rows.count)
            let isWhole = start == 0 && end == parcel.rows.count
            let part = isWhole ? parcel : Parcel(cargo: parcel.cargo, rows: Array(parcel.rows[start..<end]))
            begin(part, at: station)
            visit(part, station)
            start = end
        }
    }

    private static func cut(_ parcel: Parcel, _ limit: Int) -> [Parcel] {
        if parcel.rows.count <= limit { return [parcel] }
        return stride(from: 0, to: parcel.rows.count, by: limit).map {
            Parcel(cargo: parcel.cargo, rows: Array(parcel.rows[$0..<min($0 + limit, parcel.rows.count)]))
        }
    }

    private func begin(_ parcel: Parcel, at station: Station) {
        let cargo = parcel.cargo
        let generation = Int32(truncatingIfNeeded: station.instance.generation)
        tally.tiles[station.index].generations.insert(generation)
        for row in parcel.rows {
            let row = Int(row)
            cargo.attempt[row] += 1
            if cargo.attempt[row] == 1 { cargo.firstAttemptAt[row] = now }
            cargo.generation[row] = generation
        }
    }

    // MARK: Calling

    private func visit(_ parcel: Parcel, _ station: Station) {
        let buffer = OutcomeBuffer(capacity: parcel.rows.count)
        run(parcel, station, buffer)
        let flight = Flight(parcel: parcel, station: station, buffer: buffer)
        // A type that is not ASYNC has ended with its return: whatever it left out is unknown.
        var taken = buffer.take()
        taken.isDone = true
        apply(taken, to: flight)
    }

    private func run(_ parcel: Parcel, _ station: Station, _ buffer: OutcomeBuffer) {
        if call.rehearsal != nil, !Rehearsal.mayCall(station.instance.type) {
            return Rehearsal.assumeFirstBranch(rows: parcel.rows.count, buffer)
        }
        let context = CallContext(
            workspaceID: call.workspaceID, journeyID: call.journeyID, runID: call.runID, tileID: station.node.id,
            nowUs: now, runAtUs: call.runAt, deadlineUs: (call.rehearsal?.clock ?? clock).now() + station.timeout,
            dryRun: call.rehearsal?.isDry(station.instance.type) ?? false, cancelled: call.isCancelled)
        // How the call ended reaches the buffer; rows that were not reported are unknown, whatever the reason.
        station.instance.run(station.batch(parcel), context, sink: buffer)
    }

    private func stage(_ parcel: Parcel, at station: Station) {
        let cargo = parcel.cargo
        for row in parcel.rows {
            let row = Int(row)
            // The plugin that had it before is none of this tile's.
            if cargo.attempt[row] == 0 { cargo.generation[row] = 0 }
            cargo.state[row] = .arrived
            cargo.wake[row] = Mover.underwayWake
            cargo.markDirty(row)
        }
        note(cargo)
        staged[station.index].append(parcel)
        stagedRows += parcel.rows.count
    }

    /// Counts the attempt of those arrivals that are called next, so that the commit before the call says so; others that
    /// wait for a place have none counted, however often the gateway dies meanwhile.
    func admit() {
        for tile in staged.indices {
            let station = stations[tile]
            if admitted[tile] == 0, !staged[tile].isEmpty { adopt(station) }
            let free = station.maximumInFlight - flights.reduce(0) { $0 + ($1.station === station ? 1 : 0) }
            while admitted[tile] < min(free, staged[tile].count) {
                let parcel = staged[tile][admitted[tile]]
                begin(parcel, at: station)
                for row in parcel.rows { parcel.cargo.markDirty(Int(row)) }
                note(parcel.cargo)
                admitted[tile] += 1
            }
        }
    }

    /// Lets a station take up a newer generation before the next calls are prepared.
    private func adopt(_ station: Station) {
        let limit = station.maximumBatch
        station.adopt()
        guard station.maximumBatch < limit else { return }
        staged[station.index] = staged[station.index].flatMap { Mover.cut($0, station.maximumBatch) }
    }

    /// Calls tiles for committed arrivals, as far as their limits of calls in flight allow.
    func launch() {
        for tile in staged.indices where !staged[tile].isEmpty {
            let station = stations[tile]
            while admitted[tile] > 0 {
                // What came after the last commit is dirty still: it waits for the next one.
                guard let first = staged[tile].first, !first.cargo.hasDirty else { break }
                staged[tile].removeFirst()
                stagedRows -= first.rows.count
                admitted[tile] -= 1
                let buffer = OutcomeBuffer(capacity: 0) { [signal] rows, isDone in
                    signal.update {
                        $0.rows += rows
                        if isDone { $0.ended += 1 }
                    }
                }
                let flight = Flight(parcel: first, station: station, buffer: buffer)
                flights.append(flight)
                silence.called(tile)
                run(first, station, buffer)
            }
        }
    }

    /// Applies what calls in flight have reported. Returns whether anything had come.
    func absorb() -> Bool {
        signal.withLock { $0 = Signal() }
        var changed = false
        flights.removeAll { flight in
            let (rows, isDone) = take(flight)
            if rows > 0 || isDone {
                changed = true
                silence.heard(flight.station.index)
            }
            return isDone
        }
        if changed {
            for tile in staged.indices where !flights.contains(where: { $0.station.index == tile }) {
                silence.rests(tile)
            }
        }
        return changed
    }

    @discardableResult
    private func take(_ flight: Flight) -> (rows: Int, isDone: Bool) {
        let taken = flight.buffer.take()
        if !taken.outcomes.isEmpty || !taken.records.isEmpty || taken.isDone { apply(taken, to: flight) }
        return (taken.outcomes.count, taken.isDone)
    }

    /// Gives up calls that were prepared and not made: their members stay where they arrived, with no attempt counted.
    func unstage() {
        for tile in staged.indices {
            for parcel in staged[tile][..<admitted[tile]] {
                for row in parcel.rows {
                    parcel.cargo.attempt[Int(row)] -= 1
                    parcel.cargo.markDirty(Int(row))
                }
                note(parcel.cargo)
            }
            staged[tile] = []
            admitted[tile] = 0
        }
        stagedRows = 0
    }

    /// Takes the given tile's members off that wait for a call, but for calls that are prepared already. No attempt is
    /// counted; they are handed to the tile again after `time`.
    func shelve(_ tile: Int, until time: Int64) {
        for parcel in staged[tile][admitted[tile]...] {
            for row in parcel.rows {
                parcel.cargo.state[Int(row)] = .retry
                parcel.cargo.wake[Int(row)] = time
                parcel.cargo.markDirty(Int(row))
            }
            note(parcel.cargo)
            stagedRows -= parcel.rows.count
        }
        staged[tile].removeSubrange(admitted[tile]...)
    }

    // MARK: For the commit

    func note(_ cargo: Cargo) {
        if cargo.hasDirty, dirtyCargos.last !== cargo, !dirtyCargos.contains(where: { $0 === cargo }) {
            dirtyCargos.append(cargo)
        }
    }

    /// The commit has succeeded: what was dirty is the database's state now.
    func committed() {
        for cargo in dirtyCargos {
            cargo.hasDirty = false
            cargo.errors = [:]
        }
        dirtyCargos.removeAll(keepingCapacity: true)
        kinds?.committed()
        tally = Tally(branches: plan.tiles.map(\.branches.count))
    }
}

extension Mover {
    /// Members who match the exit criteria as they come in: counted as entered, and out again before any tile sees them.
    func turnAway(_ cargo: Cargo, rows: [Int32], at tile: Int, reason: ExitReason) {
        if rows.isEmpty { return }
        tally.tiles[tile].arrived += rows.count
        call.rehearsal?.witness.arrived(cargo, rows, at: tile, now: now)
        for row in rows {
            cargo.tile[Int(row)] = Int32(tile)
            exit(cargo, row, reason: reason)
        }
    }

    /// Rows that the next commit writes, at most.
    var dirtyRows: Int { dirtyCargos.reduce(0) { $0 + $1.batch.count } }
}
