import Store
import TestSupport

/// Random journeys, and random edits of them.
extension Sketch {
    static let cities = ["rome", "oslo", "lima"]

    static func random(_ dice: inout SeededRandom) -> Sketch {
        var sketch = Sketch(tiles: [Tile(id: "in", kind: .entry, isLabelled: dice.chance(50))])
        sketch.drawRules(&dice)
        for number in 1...dice.number(2...9) {
            // Each tile has a way in, from any branch before it that leads nowhere yet.
            let free = sketch.tiles.indices.flatMap { index in
                sketch.tiles[index].kind.branches.filter { sketch.tiles[index].next[$0] == nil }.map { (index, $0) }
            }
            if free.isEmpty { break }
            let (from, branch) = dice.pick(free)
            let tile = Tile(id: "t\(number)", kind: kind(&dice), isLabelled: dice.chance(50))
            sketch.tiles[from].next[branch] = tile.id
            sketch.tiles.append(tile)
        }
        for index in sketch.tiles.indices {
            for branch in sketch.tiles[index].kind.branches
            where sketch.tiles[index].next[branch] == nil && dice.chance(branch == "failed" ? 30 : 60) {
                sketch.lead(index, branch, &dice)
            }
        }
        return sketch
    }

    /// One change of what a person may PUT; says what it was.
    mutating func edit(_ dice: inout SeededRandom, name: String) -> String {
        let index = dice.number(0...tiles.count - 1)
        switch dice.number(0...9) {
        case 0...2 where index > 0:
            let tile = tiles.remove(at: index)
            let target = tile.kind.branches.lazy.compactMap { tile.next[$0] }.first
            redirect(tile.id, to: dice.chance(70) ? target : nil)
            dropUnreachable()
            return "remove \(tile.id)"
        case 3...5:
            guard index > 0 else { break }
            tiles[index].kind = Self.changed(tiles[index].kind, &dice)
            return "change \(tiles[index].id)"
        case 6...7:
            guard !tiles[index].kind.branches.isEmpty else { break }
            let branch = dice.pick(tiles[index].kind.branches)
            var tile = Tile(id: name, kind: Self.kind(&dice))
            if let first = tile.kind.branches.first { tile.next[first] = tiles[index].next[branch] }
            tiles[index].next[branch] = tile.id
            tiles.insert(tile, at: index + 1)
            dropUnreachable()
            return "add \(name) behind \(tiles[index].id)"
        case 8:
            guard !tiles[index].kind.branches.isEmpty else { break }
            let branch = dice.pick(tiles[index].kind.branches)
            tiles[index].next[branch] = nil
            lead(index, branch, &dice)
            dropUnreachable()
            return "lead \(tiles[index].id) elsewhere"
        default: break
        }
        drawRules(&dice)
        return "other rules"
    }

    // MARK: Parts

    private mutating func drawRules(_ dice: inout SeededRandom) {
        entry = dice.chance(40) ? Self.test(&dice) : nil
        exit = dice.chance(35) ? .all([Self.test(&dice), Self.test(&dice)]) : nil
        reentry = nil
        if dice.chance(50) {
            reentry = Reentry(gapHours: dice.pick([0, 1, 6, 30]), most: dice.chance(50) ? dice.number(1...4) : nil)
        }
        pauseClock = dice.pick([.keepCounting, .restart, .whileActive])
    }

    private static func kind(_ dice: inout SeededRandom) -> Kind {
        switch dice.number(0...9) {
        case 0...1: .filter(test(&dice))
        case 2...3:
            .split(["a", "b", "c"].prefix(dice.number(2...3)).map { Arm(name: $0, weight: dice.number(1...5)) })
        case 4...6: wait(&dice)
        case 7...8: .send(fails: dice.chance(40))
        default: .exit
        }
    }

    private static func wait(_ dice: inout SeededRandom) -> Kind {
        let at = dice.chance(50) ? dice.number(0...23) : nil
        return .wait(hours: at != nil && dice.chance(50) ? 0 : dice.number(1...40), at: at)
    }

    private static func changed(_ kind: Kind, _ dice: inout SeededRandom) -> Kind {
        switch kind {
        case .entry, .exit: kind
        case .filter: .filter(test(&dice))
        case .split(let arms): .split(arms.map { Arm(name: $0.name, weight: dice.number(1...5)) })
        case .wait: wait(&dice)
        case .send(let fails): .send(fails: !fails)
        }
    }

    private static func test(_ dice: inout SeededRandom) -> Test {
        switch dice.number(0...6) {
        case 0...1: .below(dice.number(0...10))
        case 2: .atLeast(dice.number(0...10))
        case 3: .missing
        case 4: .city(dice.pick(cities))
        case 5: .any([.below(dice.number(0...5)), .city(dice.pick(cities))])
        default: .all([.atLeast(dice.number(0...8)), .city(dice.pick(cities))])
        }
    }

    /// Leads a branch to some tile behind.
    private mutating func lead(_ index: Int, _ branch: String, _ dice: inout SeededRandom) {
        guard index + 1 < tiles.count else { return }
        tiles[index].next[branch] = tiles[dice.number(index + 1...tiles.count - 1)].id
    }

    private mutating func redirect(_ id: String, to target: String?) {
        for index in tiles.indices {
            for (branch, next) in tiles[index].next where next == id { tiles[index].next[branch] = target }
        }
    }

    /// A tile that nothing leads to is an error: those go too.
    private mutating func dropUnreachable() {
        while true {
            let reached = Set(tiles.flatMap(\.next.values))
            guard let index = tiles.indices.dropFirst().first(where: { !reached.contains(tiles[$0].id) }) else {
                return
            }
            tiles.remove(at: index)
        }
    }
}
