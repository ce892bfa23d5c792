import Glibc
import Journeys
import Store
import TestSupport

/// One random journey through a random life, and the slow model beside it. After each step both are in the same state.
final class Scenario {
    private var dice: SeededRandom
    private let bench: PropertyBench
    private var model: SlowModel
    private var rows: [String: Row] = [:]
    /// How often more than the model says something may be sent: once for each kill while it may have been in flight.
    private var again: [SlowModel.Sending: Int] = [:]
    private var made = 0
    /// All steps so far, for whoever has to understand a difference.
    private(set) var journal: [String] = []
    private(set) var kills = 0
    private(set) var runs = 0

    init(seed: UInt64) throws {
        dice = SeededRandom(seed: seed)
        bench = try PropertyBench()
        let people = dice.number(20...200)
        for number in 0..<people { rows["k\(1000 + number)"] = Scenario.row(&dice) }
        let sketch = Sketch.random(&dice)
        try bench.load(rows)
        try bench.create(sketch)
        model = SlowModel(workspaceID: bench.workspaceID, journeyID: bench.journeyID, sketch: sketch)
        model.rows = rows
        journal.append("\(people) rows, \(sketch)")
    }

    /// - Returns: the first differences; none when all went as the model says.
    func play() throws -> [String] {
        for _ in 0..<dice.number(6...14) where model.status != .archived {
            try step()
            let found = try differences()
            if !found.isEmpty { return found }
        }
        return []
    }

    // MARK: Steps

    private func step() throws {
        switch dice.number(0...19) {
        case 0...8: try run()
        case 9...10: try load()
        case 11...13: try edit()
        case 14...15: try pause()
        case 16: try remove()
        case 17...18: try remedy()
        default:
            if dice.chance(60) {
                note("restart")
                try bench.restart()
            } else if model.status == .active, dice.chance(50) {
                note("drain")
                try bench.change(.drain)
                model.goOn(as: .draining, at: bench.clock.now())
                model.archiveIfDrained()
            }
        }
    }

    private func note(_ text: String) { journal.append("\(bench.clock.now() / 1_000_000): \(text)") }

    /// Time is never the same in two runs that were asked for.
    private func advance() {
        bench.clock.advance(Int64(dice.number(1...dice.pick([60, 3600, 100_000]))) * Bench.second)
    }

    private func run() throws {
        guard model.status != .paused else { return }
        advance()
        var cuts: [PropertyBench.Kill] = []
        if dice.chance(40) {
            for _ in 0..<dice.number(1...3) {
                let operation = Int64(dice.number(1...dice.pick([10, 60, 250])))
                cuts.append(PropertyBench.Kill(operation: operation, powerCut: dice.chance(50) ? dice.next() : nil))
            }
        } else if model.status == .active, model.sketch.pauseClock != .restart, dice.chance(25) {
            try interrupt()
        }
        let (run, struck) = try bench.run(cuts)
        model.run(letsIn: true, at: bench.clock.now())
        runs += 1
        kills += struck
        note("run, killed \(struck) times of \(cuts)")
        for sending in model.called { again[sending, default: 0] += struck }
        guard run.status == .completed else { throw Failure("the run is \(run.status): \(run.error)") }
        try compare(run.counts)
    }

    /// A run that a pause stops in its middle: with the next one, at the same time, all is as if it had been one. Not where
    /// the pause begins waits anew: whom the stopped run has looked at would tell.
    private func interrupt() throws {
        _ = try bench.trigger()
        usleep(UInt32(dice.number(0...20_000)))
        let now = bench.clock.now()
        note("a run is stopped by a pause")
        try bench.change(.pause)
        model.pause(at: now)
        try bench.change(.resume)
        model.goOn(as: .active, at: now)
        isCounted = false
    }
    /// Whether the next run does all that the model's does.
    private var isCounted = true

    private func compare(_ counts: RunCounts) throws {
        defer { isCounted = true }
        if isCounted, counts != model.counts { throw Failure("counts are \(counts), not \(model.counts)") }
    }

    private func load() throws {
        for key in rows.keys.sorted() {
            if dice.chance(5) { rows[key] = nil } else if dice.chance(15) { rows[key] = Scenario.row(&dice) }
        }
        for _ in 0..<dice.number(0...20) { rows["k\(1000 + dice.number(0...300))"] = Scenario.row(&dice) }
        note("\(rows.count) rows")
        try bench.load(rows)
        model.rows = rows
    }

    private static func row(_ dice: inout SeededRandom) -> Row {
        Row(n: dice.chance(10) ? nil : dice.number(0...10), city: dice.pick(Sketch.cities))
    }

    private func edit() throws {
        for _ in 0..<dice.number(1...3) {
            made += 1
            let what = model.sketch.edit(&dice, name: "n\(made)")
            note("\(what): \(model.sketch)")
            try bench.update(model.sketch)
        }
    }

    private func pause() throws {
        guard model.status == .active else { return }
        advance()
        note("pause")
        try bench.change(.pause)
        model.pause(at: bench.clock.now())
        if dice.chance(30) { try load() }
        if dice.chance(30) { try edit() }
        if dice.chance(30) { try remedy() }
        if dice.chance(30) { try bench.restart() }
        advance()
        let call = dice.pick([JourneyCall.resume, .resume, .resume, .drain, .archive])
        note("\(call)")
        try bench.change(call)
        let now = bench.clock.now()
        if call == .archive { return model.archive(at: now) }
        model.goOn(as: call == .drain ? .draining : .active, at: now)
        moveRetries()
        model.archiveIfDrained()
    }

    private func remove() throws {
        guard let key = model.people.keys.sorted().randomElement(using: &dice) else { return }
        note("remove \(key)")
        let isRemoved = try bench.remove(key)
        guard isRemoved == (model.people[key]?.status == .active) else { throw Failure("removed: \(isRemoved)") }
        model.remove(key, at: bench.clock.now())
        model.archiveIfDrained()
    }

    private func remedy() throws {
        let parked = model.people.filter { $0.value.status == .active && $0.value.rest == .parked }.keys.sorted()
        // The run that one of them starts may take others away.
        for key in parked where dice.chance(50) && model.people[key]?.rest == .parked {
            let skips = dice.chance(50)
            // The timer starts one run a second.
            bench.clock.advance(Bench.second)
            note("\(skips ? "skip" : "retry") \(key)")
            guard try bench.remedy(skips ? .skip : .retry, key) else { throw Failure("\(key) is not parked") }
            model.remedy(key, skips ? .skip : .retry, at: bench.clock.now())
            moveRetries()
            // The timer's run begins at once: the next is another one's.
            let found = try differences()
            if !found.isEmpty { throw Failure(found.joined(separator: "\n")) }
        }
    }

    /// A person's word starts a run of the timer, unless the journey is paused: then when it goes on.
    private func moveRetries() {
        guard model.hasRetries, model.status == .active || model.status == .draining else { return }
        model.run(letsIn: false, at: bench.clock.now())
    }

    // MARK: Comparing

    /// What is not as the model says, once the engine has come to rest.
    private func differences() throws -> [String] {
        var found: [String] = []
        // What the engine does behind an answer (timer's runs, waits after a pause, archiving) takes a moment.
        do {
            try eventually(within: 30) {
                let picture = try bench.picture()
                found = differences(picture)
                return found.isEmpty && picture.isIdle
            }
        } catch let error as NotInTime {
            if found.isEmpty { found.append("the engine comes to no rest: \(error)") }
        }
        return found.isEmpty ? try sendDifferences() : found
    }

    private func differences(_ picture: PropertyBench.Picture) -> [String] {
        var found = picture.wrong
        if picture.status != model.status || picture.statusError != "" {
            found.append("the journey is \(picture.status) (\(picture.statusError)), not \(model.status)")
        }
        for key in Set(picture.people.keys).union(model.people.keys).sorted()
        where picture.people[key] != model.people[key] {
            let row = rows[key].map { "\($0)" } ?? "without a row"
            found.append("\(key), \(row), is\n  \(text(picture.people[key])), not\n  \(text(model.people[key]))")
        }
        let tiles = Set(picture.tiles.keys).union(model.entered.keys).union(model.sketch.tiles.map(\.id))
        for id in tiles.sorted() {
            let stats = picture.tiles[id]
            let there = model.people.values.filter { $0.tile == id }
            func compare(_ name: String, _ count: Int?, _ expected: Int) {
                if count ?? 0 != expected { found.append("\(name) of \(id) is \(count ?? 0), not \(expected)") }
            }
            compare("active", stats?.active, there.count { $0.status == .active })
            compare("completed", stats?.completed, there.count { $0.status == .completed })
            compare("exited", stats?.exited, there.count { $0.status == .exited })
            compare("failed", stats?.failed, there.count { $0.rest == .parked })
            compare("entered", stats?.entered, model.entered[id] ?? 0)
            for branch in Set(stats?.branches.map(\.name) ?? []).union((model.left[id] ?? [:]).keys) {
                let count = stats?.branches.first { $0.name == branch }?.count
                compare("branch \(branch)", count, model.left[id]?[branch] ?? 0)
            }
        }
        return found
    }

    private func text(_ person: SlowModel.Person?) -> String { person.map { "\($0)" } ?? "nowhere" }

    private func sendDifferences() throws -> [String] {
        let sent = try bench.sent()
        var found: [String] = []
        var expected: [String: Set<String>] = [:]
        for (sending, count) in model.sendings {
            let line = "\(sending.member) \(model.key(sending))"
            expected[sending.tile, default: []].insert(line)
            let has = sent[sending.tile]?[line] ?? 0
            if has < count || has > count + (again[sending] ?? 0) {
                found.append("\(sending) was sent \(has) times, not \(count) and up to \(again[sending] ?? 0) more")
            }
        }
        for (tile, lines) in sent {
            for line in lines.keys where expected[tile]?.contains(line) != true {
                found.append("\(line) was sent by \(tile) and should not have been")
            }
        }
        return found
    }
}
