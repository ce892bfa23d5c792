import Columns
import Glibc

/// Measures the lanes in turn, round after round, and prints the medians with their ratios.
struct Report {
    private static let sizes = [1, 100, 1000, 8192]
    private static let rounds = 9
    /// Nanoseconds of each measurement.
    private static let slice: Int64 = 60_000_000
    /// Nanoseconds a member, by lane and batch: goals of issue 3.
    private static let goals: [(lane: String, size: Int, limit: Double)] = [
        ("in process", 8192, 5), ("child", 8192, 30), ("child", 1000, 100),
    ]

    let lanes: Lanes

    init(_ lanes: Lanes) { self.lanes = lanes }

    /// Whether every call went well: a goal that is missed on a busy machine is no failure.
    func print() -> Bool {
        for size in Self.sizes {
            let batch = Lanes.batch(size)
            let context = lanes.context()
            let sink = CountingSink()
            let works: [(lane: String, body: () -> Void)] = [
                ("plain loop", { lanes.runPlain(batch) }),
                ("in process", { lanes.inproc.run(batch, context, sink: sink) }),
                ("child", { lanes.process.run(batch, context, sink: sink) }),
            ]
            let repeats = works.map { Self.repeats($0.body) }
            var figures = works.map { _ in [Double]() }
            // In turn, so that a slow phase of the machine meets all of them.
            for _ in 0..<Self.rounds {
                for (lane, work) in works.enumerated() {
                    figures[lane].append(Double(Self.time(repeats[lane], work.body)) / Double(repeats[lane] * size))
                }
            }
            let medians = figures.map { $0.sorted()[Self.rounds / 2] }
            var line = "batches of \(Self.padded(String(size), 4)):"
            for (lane, work) in works.enumerated() {
                line += "  \(work.lane) \(Self.text(medians[lane])) ns a member"
                if lane > 0 { line += " (× \(Self.text(medians[lane] / medians[0])))" }
            }
            Swift.print(line)
            guard sink.failures == 0, sink.rows > 0 else {
                Swift.print("\(sink.failures) calls failed")
                return false
            }
            for goal in Self.goals where goal.size == size {
                guard let lane = works.firstIndex(where: { $0.lane == goal.lane }) else { continue }
                let isReached = medians[lane] <= goal.limit
                Swift.print(
                    "  goal: \(goal.lane) at most \(Self.text(goal.limit)) ns a member: "
                        + (isReached ? "reached" : "MISSED"))
            }
        }
        return true
    }

    private static func repeats(_ body: () -> Void) -> Int {
        var count = 1
        while true {
            let time = time(count, body)
            if time >= slice { return count }
            count = time < slice / 8 ? count * 8 : Int(Double(count) * Double(slice) / Double(time)) + 1
        }
    }

    /// Nanoseconds of so many turns.
    private static func time(_ count: Int, _ body: () -> Void) -> Int64 {
        let start = now()
        for _ in 0..<count { body() }
        return now() - start
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func text(_ value: Double) -> String {
        let scale = value < 10 ? 100.0 : 10
        return String((value * scale).rounded() / scale)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
