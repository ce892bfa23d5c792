import CTessera
import Columns
import Platform

/// Four threads at once: on one instance when the type says CONCURRENT, else each on its own, as several runs would.
struct ThreadsSection: @unchecked Sendable {
    let subject: CheckSubject
    let type: PluginImage.TileType
    private var session: CheckSession { subject.session }
    private static let threads = 4
    private static let rounds = 100

    func run() {
        guard let first = subject.openTile(type) else {
            return session.fact("not run: no example opens")
        }
        guard first.canRun else { return session.fact("not run: it has SIDE_EFFECTS and no DRY_RUN") }
        let isShared = first.info.isConcurrent
        var tiles = [first]
        while !isShared, tiles.count < Self.threads, let more = subject.openTile(type) {
            tiles.append(more)
        }
        session.fact(isShared ? "four threads on one instance" : "four threads, each with an instance of its own")
        session.step("run batches on four threads") { compare(tiles) }
        session.step("close") { tiles.forEach { $0.close() } }
    }

    private func compare(_ tiles: [TileSubject]) {
        let now = subject.host.clock.now()
        let alone = (0..<Self.threads).map { outcomes(tiles[0], seed: $0, now: now) }
        let again = (0..<Self.threads).map { outcomes(tiles[0], seed: $0, now: now) }
        // Without that a difference says nothing of the threads.
        guard alone == again else { return session.fact("outcomes differ already on one thread: not compared") }
        let differences = Monitor(0)
        let shared = Shared(tiles: tiles, alone: alone)
        let workers = (0..<Self.threads).map { index in
            NativeThread(name: "check-\(index)") { [self] in
                let tile = shared.tiles[index % shared.tiles.count]
                for _ in 0..<Self.rounds where outcomes(tile, seed: index, now: now) != shared.alone[index] {
                    differences.withLock { $0 += 1 }
                }
            }
        }
        workers.forEach { $0.join() }
        let count = differences.withLock { $0 }
        session.check(
            .threads, count == 0,
            "\(count) of \(Self.threads * Self.rounds) batches got other outcomes on four threads than on one")
    }

    private struct Shared: @unchecked Sendable {
        let tiles: [TileSubject]
        let alone: [Set<CheckCall.Reported>]
    }

    private func outcomes(_ tile: TileSubject, seed: Int, now: Int64) -> Set<CheckCall.Reported> {
        let rows = tile.rows(.some, seed: seed, arrivedAt: now)
        let count = min(64 + seed, tile.maxBatch)
        let batch = GuardedBatch(rows.batch(rows: count))
        let call = CheckCall(
            tile, rows: count, now: now, deadlineUs: session.patienceUs, dryRun: tile.runsDry)
        _ = call.run(tile, batch, patienceUs: session.patienceUs)
        return Set(call.state.withLock { $0.outcomes })
    }
}
