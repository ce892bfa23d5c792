import CTessera
import Columns
import Glibc
import Platform

/// What a member costs, by the size of the batch.
struct SpeedSection {
    let subject: CheckSubject
    private var session: CheckSession { subject.session }
    static let sizes = [1, 100, 1000, 8192]

    init(_ subject: CheckSubject) { self.subject = subject }

    func tile(_ type: PluginImage.TileType) {
        guard let tile = subject.openTile(type) else {
            return session.fact("not measured: no example opens")
        }
        guard tile.canRun else { return session.fact("not measured: it has SIDE_EFFECTS and no DRY_RUN") }
        for size in Self.sizes where size <= tile.maxBatch {
            session.step("measure batches of \(size)") {
                let rows = tile.rows(.some, arrivedAt: subject.host.clock.now()).batch(rows: size)
                let lane = FastCall(
                    isAsync: tile.info.isAsync, now: subject.host.clock.now(), dryRun: tile.runsDry)
                session.check(.noCrash, true, "")
                figure(size) { rows.withArrow { schema, array in lane.run(tile, schema, array) } }
            }
        }
    }

    func connector(_ type: PluginImage.ConnectorType) {
        guard let (_, connector) = subject.openConnectors(type).first else {
            return session.fact("not measured: no example opens")
        }
        for size in Self.sizes where size <= connector.maxRows {
            session.step("measure batches of \(size)") {
                let rows = connector.rows(arrivedAt: subject.host.clock.now()).batch(rows: size)
                var call = tessera_build_call(
                    size: UInt32(MemoryLayout<tessera_build_call>.size), flags: 0, context: nil,
                    now_us: subject.host.clock.now(), request: { _, _ in }, report: { _, _, _ in })
                figure(size) { rows.withArrow { schema, array in _ = connector.build(schema, array, &call) } }
            }
        }
    }

    /// The median of five times of at least 20 ms each.
    private func figure(_ size: Int, _ body: () -> Void) {
        body()
        var rounds = 1
        var time = Self.time(rounds, body)
        while time < 20_000_000, rounds < 1 << 22 {
            rounds *= 2
            time = Self.time(rounds, body)
            session.beat()
        }
        var times = [time]
        for _ in 0..<4 {
            times.append(Self.time(rounds, body))
            session.beat()
        }
        let median = times.sorted()[2]
        session.figure("batches of \(size)", Double(median) / Double(rounds * size), "ns a member")
    }

    private static func time(_ rounds: Int, _ body: () -> Void) -> Int64 {
        let start = clock(CLOCK_MONOTONIC)
        for _ in 0..<rounds { body() }
        return clock(CLOCK_MONOTONIC) - start
    }

    /// Nanoseconds.
    static func clock(_ id: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(id, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
