import Crypto
import Journeys
import Store

/// The rules of DESIGN.md section 4 once more, a member at a time and with nothing clever: what the engine must come to.
struct SlowModel {
    static let hour: Int64 = 3_600_000_000

    enum Rest: Equatable {
        /// Has just come to its tile.
        case fresh
        case waiting
        case parked
        /// A person has said that it is to be tried again, or let pass.
        case retry
        case skip
    }

    struct Person: Equatable {
        var status = Store.MemberStatus.active
        var reason = ExitReason.none
        var tile: String
        var rest = Rest.fresh
        var entry: Int
        var enteredAt: Int64
        var arrivedAt: Int64
        var wake: Int64?
        var leftAt: Int64?
    }

    /// One call of a tile with side effects for a member.
    struct Sending: Hashable {
        var member: String
        var tile: String
        var entry: Int
    }

    let workspaceID: String
    let journeyID: String
    var sketch: Sketch
    /// What the last run worked on.
    private var worked: Sketch?
    var rows: [String: Row] = [:]
    var status = JourneyStatus.active
    private(set) var people: [String: Person] = [:]
    private(set) var entered: [String: Int] = [:]
    private(set) var left: [String: [String: Int]] = [:]
    private(set) var sendings: [Sending: Int] = [:]
    /// Of the last run.
    private(set) var counts = RunCounts()
    private(set) var called: Set<Sending> = []
    private var pausedAt: Int64 = 0
    /// A pause has moved waits: their tiles are still to say when they end now.
    private var asksWaits = false

    init(workspaceID: String, journeyID: String, sketch: Sketch) {
        (self.workspaceID, self.journeyID, self.sketch) = (workspaceID, journeyID, sketch)
    }

    var isEmpty: Bool { !people.values.contains { $0.status == .active } }
    var hasRetries: Bool { people.values.contains { $0.status == .active && ($0.rest == .retry || $0.rest == .skip) } }

    // MARK: What people do

    mutating func pause(at now: Int64) {
        status = .paused
        pausedAt = now
    }

    /// The end of a pause, by `resume` or by `drain`.
    mutating func goOn(as status: JourneyStatus, at now: Int64) {
        if self.status == .paused {
            for (key, person) in people where person.status == .active && person.rest == .waiting {
                // A wait that was over when the pause began is over.
                guard let wake = person.wake, wake > pausedAt else { continue }
                let later =
                    switch sketch.pauseClock {
                    case .keepCounting: Int64(0)
                    case .restart: now - person.arrivedAt
                    case .whileActive: now - max(pausedAt, person.arrivedAt)
                    }
                people[key]?.arrivedAt += later
                people[key]?.wake = wake + later
            }
            if sketch.pauseClock != .keepCounting { asksWaits = true }
        }
        self.status = status
    }

    mutating func archive(at now: Int64) {
        status = .archived
        for key in people.keys { leave(key, .archived, now) }
    }

    mutating func remove(_ key: String, at now: Int64) { leave(key, .removed, now) }

    /// Tries a parked member again, or lets it pass.
    mutating func remedy(_ key: String, _ rest: Rest, at now: Int64) {
        guard people[key]?.status == .active, people[key]?.rest == .parked else { return }
        people[key]?.rest = rest
        people[key]?.wake = now
    }

    // MARK: A run

    /// - Parameter letsIn: false for runs of the timer, and while the journey drains.
    mutating func run(letsIn: Bool, at now: Int64) {
        counts = RunCounts()
        called = []
        for key in Set(rows.keys).union(people.keys).sorted() {
            if letsIn && status != .draining { enter(key, now) }
            guard let person = people[key], person.status == .active else { continue }
            let isUnwanted = rows[key].map { sketch.exit?.holds($0) ?? false } ?? false
            if letsIn && isUnwanted {
                leave(key, .exitCriteria, now)
                continue
            }
            var isDue = person.rest == .fresh || (person.wake.map { $0 <= now } ?? false)
            var hasMoved = false
            if let tile = sketch.tile(person.tile) {
                let isChanged = worked?.tile(person.tile).map { $0.kind != tile.kind } ?? false
                if isChanged || asksWaits, person.rest == .waiting { isDue = true }
            } else {
                guard let target = ahead(of: person.tile) else {
                    leave(key, .tileRemoved, now)
                    continue
                }
                if rows[key] != nil && !isUnwanted {
                    arrive(key, at: target, now)
                    hasMoved = true
                }
                isDue = true
            }
            guard isDue else { continue }
            guard let row = rows[key] else {
                leave(key, .notInModel, now)
                continue
            }
            // A run of the timer judges those that it moves only (decision 0023).
            if isUnwanted {
                leave(key, .exitCriteria, now)
                continue
            }
            while people[key]?.status == .active, step(key, row, now) { hasMoved = true }
            if hasMoved { counts.moved += 1 }
        }
        worked = sketch
        asksWaits = false
        archiveIfDrained()
    }

    mutating func archiveIfDrained() {
        if status == .draining && isEmpty { status = .archived }
    }

    private mutating func enter(_ key: String, _ now: Int64) {
        guard let row = rows[key], sketch.entry?.holds(row) ?? true else { return }
        var number = 1
        if let before = people[key] {
            guard before.status != .active, let rule = sketch.reentry, before.entry < rule.most ?? .max,
                let leftAt = before.leftAt, leftAt < now, now - leftAt >= Int64(rule.gapHours) * Self.hour
            else { return }
            number = before.entry + 1
        }
        let first = sketch.tiles[0].id
        people[key] = Person(tile: first, entry: number, enteredAt: now, arrivedAt: now)
        entered[first, default: 0] += 1
        counts.entered += 1
    }

    /// The first surviving tile ahead of a removed one: along its first branch as far as that goes, then along the others.
    private func ahead(of id: String) -> String? {
        guard let gone = worked?.tile(id) else { return nil }
        for branch in gone.kind.branches {
            guard let next = gone.next[branch] else { continue }
            if sketch.tile(next) != nil { return next }
            if let found = ahead(of: next) { return found }
        }
        return nil
    }

    /// Hands a member to its tile. True when it has left by a branch.
    private mutating func step(_ key: String, _ row: Row, _ now: Int64) -> Bool {
        guard let person = people[key], let tile = sketch.tile(person.tile) else { return false }
        if person.rest == .skip {
            if let first = tile.kind.branches.first { return go(key, tile, first, now) }
            return end(key, .none, now)
        }
        switch tile.kind {
        case .entry: return go(key, tile, "next", now)
        case .filter(let test): return go(key, tile, test.holds(row) ? "yes" : "no", now)
        case .split(let arms): return go(key, tile, arm(arms, tile.id, key), now)
        case .exit: return end(key, .exitTile, now)
        case .wait(let hours, let at):
            let due = Self.end(person.arrivedAt + Int64(hours) * Self.hour, at)
            if now >= due { return go(key, tile, "next", now) }
            people[key]?.rest = .waiting
            people[key]?.wake = due
            counts.waiting += 1
            return false
        case .send(let fails):
            let sending = Sending(member: key, tile: tile.id, entry: person.entry)
            sendings[sending, default: 0] += 1
            called.insert(sending)
            if !fails {
                counts.delivered += 1
                return go(key, tile, "next", now)
            }
            counts.failed += 1
            if tile.next["failed"] != nil { return go(key, tile, "failed", now) }
            people[key]?.rest = .parked
            people[key]?.wake = nil
            return false
        }
    }

    private mutating func go(_ key: String, _ tile: Sketch.Tile, _ branch: String, _ now: Int64) -> Bool {
        left[tile.id, default: [:]][branch, default: 0] += 1
        if let next = tile.next[branch] { arrive(key, at: next, now) } else { _ = end(key, .none, now) }
        return true
    }

    private mutating func arrive(_ key: String, at tile: String, _ now: Int64) {
        people[key]?.tile = tile
        people[key]?.arrivedAt = now
        people[key]?.rest = .fresh
        people[key]?.wake = nil
        entered[tile, default: 0] += 1
    }

    private mutating func end(_ key: String, _ reason: ExitReason, _ now: Int64) -> Bool {
        counts.completed += 1
        close(key, .completed, reason, now)
        return false
    }

    private mutating func leave(_ key: String, _ reason: ExitReason, _ now: Int64) {
        guard people[key]?.status == .active else { return }
        counts.exited += 1
        close(key, .exited, reason, now)
    }

    private mutating func close(_ key: String, _ status: Store.MemberStatus, _ reason: ExitReason, _ now: Int64) {
        people[key]?.status = status
        people[key]?.reason = reason
        people[key]?.leftAt = now
        people[key]?.rest = .fresh
        people[key]?.wake = nil
    }

    // MARK: Formulas

    /// The first such hour of a day from then on.
    private static func end(_ time: Int64, _ at: Int?) -> Int64 {
        guard let at else { return time }
        var end = time / (24 * hour) * (24 * hour) + Int64(at) * hour
        while end < time { end += 24 * hour }
        return end
    }

    private func arm(_ arms: [Sketch.Arm], _ tile: String, _ key: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(journeyID)\0\(tile)\0\(key)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        let unit = Double((hash ^ (hash >> 33)) >> 11) / 9_007_199_254_740_992
        let total = Double(arms.reduce(0) { $0 + $1.weight })
        var sum = 0.0
        for arm in arms {
            sum += Double(arm.weight)
            if sum / total > unit { return arm.name }
        }
        return arms[arms.count - 1].name
    }

    func key(_ sending: Sending) -> String {
        let text = [
            "tessera-key-1", workspaceID, journeyID, sending.tile, String(sending.entry), sending.member,
        ].joined(separator: "\0")
        return Crypto.hex(Crypto.sha256(Array(text.utf8)).prefix(16))
    }
}
