import CTessera
import Platform

/// A call that only counts, used again and again: what is measured is the plugin.
final class FastCall {
    private final class Counter: Sendable {
        let done = Monitor(0)
    }
    private let counter = Counter()
    private let isAsync: Bool
    private let pointer: UnsafeMutablePointer<tessera_call>
    private static let patienceUs: Int64 = 5_000_000

    init(isAsync: Bool, now: Int64, dryRun: Bool) {
        self.isAsync = isAsync
        pointer = .allocate(capacity: 1)
        pointer.initialize(
            to: tessera_call(
                size: UInt32(MemoryLayout<tessera_call>.size), flags: dryRun ? TESSERA_CALL_DRY_RUN : 0,
                context: Unmanaged.passUnretained(counter).toOpaque(), now_us: now, run_at_us: now,
                deadline_us: now + 3_600_000_000, workspace_id: tessera_str(), journey_id: tessera_str(),
                run_id: tessera_str(), tile_id: tessera_str(), report: { _, _, _ in },
                done: { call in
                    guard let context = call?.pointee.context else { return }
                    Unmanaged<Counter>.fromOpaque(context).takeUnretainedValue().done.update { $0 += 1 }
                },
                record: { _, _, _ in }, cancelled: { _ in 0 }))
    }

    deinit { pointer.deallocate() }

    /// Runs once, and waits for `done` where it is owed.
    func run(_ tile: TileSubject, _ schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>) {
        guard isAsync else {
            _ = tile.run(schema, array, pointer)
            return
        }
        let before = counter.done.withLock { $0 }
        guard tile.run(schema, array, pointer) == 0 else { return }
        _ = counter.done.wait(microseconds: Self.patienceUs) { $0 > before ? true : nil }
    }
}
