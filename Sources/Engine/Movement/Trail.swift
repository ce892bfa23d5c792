import Glibc
import Store

/// The ways that the members of a cargo took: who took the same steps at the same time shares one way, a number a row.
///
/// A way is the one before and a step more, and holds the bytes of all its steps: thousands of members that go on together
/// cost one encoding. Belongs to the thread of its run.
final class Trail {
    /// The way of who has taken no step.
    static let none: Int32 = 0

    private struct Way {
        var before: Int32
        /// Of the last step.
        var step: EncodedStep
        /// Where that step's time counts from.
        var origin: Int64
        var bytes: Range<Int>
    }

    private var ways: [Way] = [
        Way(before: -1, step: EncodedStep(kind: 0, attempts: 0, leftAt: 0), origin: 0, bytes: 0..<0)
    ]
    private var bytes: UnsafeMutableRawPointer
    private var count = 0
    private var capacity = 0
    /// The last way found in each slot of a hash: the same steps are mostly asked for again at once.
    private var recent = [Int32](repeating: Trail.none, count: 64)

    init() { bytes = .allocate(byteCount: 0, alignment: 1) }
    deinit { bytes.deallocate() }

    /// A way and a step more.
    /// - Parameter enteredAt: of the member; the first step counts from there.
    func way(_ before: Int32, and step: EncodedStep, enteredAt: Int64) -> Int32 {
        let isFirst = before == Trail.none
        let origin = isFirst ? enteredAt : ways[Int(before)].step.leftAt
        var hash = UInt64(truncatingIfNeeded: origin) &* 0x9E37_79B9_7F4A_7C15
        hash ^= UInt64(UInt32(bitPattern: before)) &* 0xC2B2_AE3D_27D4_EB4F
        hash ^= UInt64(UInt32(bitPattern: step.kind ^ step.attempts &<< 16)) &* 0x1656_67B1_9E37_79F9
        let slot = Int(hash >> 58)
        let known = ways[Int(recent[slot])]
        if known.before == before, known.step == step, known.origin == origin { return recent[slot] }
        let earlier = ways[Int(before)].bytes
        reserve(count + earlier.count + EncodedStep.maximumBytes)
        let start = count
        memcpy(bytes + start, bytes + earlier.lowerBound, earlier.count)
        count += earlier.count
        count += step.write(to: bytes + count, since: origin, isFirst: isFirst)
        ways.append(Way(before: before, step: step, origin: origin, bytes: start..<count))
        let way = Int32(ways.count - 1)
        recent[slot] = way
        return way
    }

    /// The steps of a way, valid until the next one is made.
    func bytes(_ way: Int32) -> UnsafeRawBufferPointer {
        if way == Trail.none { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let range = ways[Int(way)].bytes
        return UnsafeRawBufferPointer(start: bytes + range.lowerBound, count: range.count)
    }

    private func reserve(_ wanted: Int) {
        if wanted <= capacity { return }
        capacity = max(2 * capacity, wanted, 256)
        let grown = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
        memcpy(grown, bytes, count)
        bytes.deallocate()
        bytes = grown
    }
}

extension Mover {
    /// Notes that members leave a tile, before they arrive at the next.
    func trace(_ cargo: Cargo, _ rows: [Int32], from station: Station, branch: Int?) {
        guard kinds != nil else { return }
        var generation = Int32.min
        var kind: Int32 = 0
        var last: (before: Int32, attempts: Int32, enteredAt: Int64, way: Int32) = (-1, 0, 0, Trail.none)
        for row in rows {
            let row = Int(row)
            if cargo.generation[row] != generation {
                generation = cargo.generation[row]
                kind = number(station, branch, generation)
                last.before = -1
            }
            let (before, attempts, enteredAt) = (cargo.way[row], cargo.attempt[row], cargo.enteredAt[row])
            if before != last.before || attempts != last.attempts || enteredAt != last.enteredAt {
                let way = cargo.trail.way(
                    before, and: EncodedStep(kind: kind, attempts: attempts, leftAt: now), enteredAt: enteredAt)
                last = (before, attempts, enteredAt, way)
            }
            cargo.way[row] = last.way
        }
    }

    /// The same where the tile is none of the plan: it was left by no branch.
    func traceRemoved(_ cargo: Cargo, _ rows: [Int32]) {
        for row in rows {
            let row = Int(row)
            guard let kind = kinds?.number(removed: cargo.origin[row], generation: cargo.generation[row]) else {
                return
            }
            let step = EncodedStep(kind: kind, attempts: max(0, cargo.attempt[row]), leftAt: now)
            cargo.way[row] = cargo.trail.way(cargo.way[row], and: step, enteredAt: cargo.enteredAt[row])
        }
    }

    private func number(_ station: Station, _ branch: Int?, _ generation: Int32) -> Int32 {
        kinds?.number(
            tile: station.index, branch: branch.map { station.node.branches[$0] },
            plugin: generation == 0 ? "" : station.instance.type.pluginID, generation: generation) ?? 0
    }
}
