import CPlatform
import CTessera
import Columns
import Glibc
import Journeys
import Platform

/// Memory over many batches and many instances: what is used after the first half must be enough for the second.
struct MemorySection {
    let subject: CheckSubject
    private var session: CheckSession { subject.session }
    /// What one half may add before it is a finding: allocators keep some.
    private static let allowance = 256 << 10
    /// The same for resident memory, which moves more by itself: what a plugin maps is seen only there.
    private static let residentAllowance = 4 << 20
    private static let seconds = 1.0

    init(_ subject: CheckSubject) { self.subject = subject }

    func tile(_ type: PluginImage.TileType) {
        let configs = subject.configs(
            of: type.id, schema: type.schema, entry: TileTypeInfo(type, of: subject.image, generation: 1))
        guard let tile = subject.openTile(type), let config = configs.first?.config
        else { return session.fact("not measured: no example opens") }
        if tile.canRun {
            session.step("run many batches") {
                let now = subject.host.clock.now()
                let rows = tile.rows(.some, arrivedAt: now).batch(rows: min(100, tile.maxBatch))
                let lane = FastCall(isAsync: tile.info.isAsync, now: now, dryRun: tile.runsDry)
                grow("batches") { rows.withArrow { schema, array in lane.run(tile, schema, array) } }
            }
        }
        let text = config.text
        session.step("open and close many instances") {
            let silent = Self.silentCall
            grow("instances opened and closed") {
                var instance: UnsafeMutableRawPointer?
                withUnsafePointer(to: silent) { call in
                    text.withBorrowed { text in
                        if subject.image.tiles?.pointee.open?(type.table, text, nil, call, &instance) == 0 {
                            subject.image.tiles?.pointee.close?(type.table, instance)
                        }
                    }
                }
            }
        }
        session.step("close") { tile.close() }
    }

    func connector(_ type: PluginImage.ConnectorType) {
        guard let (config, connector) = subject.openConnectors(type).first else {
            return session.fact("not measured: no example opens")
        }
        session.step("build many batches") {
            let now = subject.host.clock.now()
            let rows = connector.rows(arrivedAt: now).batch(rows: min(100, connector.maxRows))
            var call = tessera_build_call(
                size: UInt32(MemoryLayout<tessera_build_call>.size), flags: 0, context: nil, now_us: now,
                request: { _, _ in }, report: { _, _, _ in })
            grow("batches") { rows.withArrow { schema, array in _ = connector.build(schema, array, &call) } }
        }
        let text = config.text
        session.step("open and close many instances") {
            let silent = Self.silentCall
            grow("instances opened and closed") {
                var instance: UnsafeMutableRawPointer?
                withUnsafePointer(to: silent) { call in
                    text.withBorrowed { text in
                        if subject.image.connectors?.pointee.open?(type.table, text, nil, call, &instance) == 0 {
                            subject.image.connectors?.pointee.close?(type.table, instance)
                        }
                    }
                }
            }
        }
        session.step("close") { connector.close() }
    }

    private static var silentCall: tessera_open_call {
        tessera_open_call(
            size: UInt32(MemoryLayout<tessera_open_call>.size), flags: 0, context: nil, workspace_id: tessera_str(),
            owner_id: tessera_str(), problem: { _, _, _ in })
    }

    /// Warms up, then does the same number of rounds twice and compares.
    private func grow(_ many: String, _ body: () -> Void) {
        var rounds = 0
        // By the processor's time, of which a busy machine gives less; but not for ever where others do the work.
        let (used, began) = (SpeedSection.clock(CLOCK_PROCESS_CPUTIME_ID), SpeedSection.clock(CLOCK_MONOTONIC))
        let part = Int64(Self.seconds * 1e9 / 4)
        while rounds < 100_000,
            rounds < 64
                || SpeedSection.clock(CLOCK_PROCESS_CPUTIME_ID) - used < part
                    && SpeedSection.clock(CLOCK_MONOTONIC) - began < 40 * part
        {
            body()
            rounds += 1
            if rounds % 16 == 0 { session.beat() }
        }
        func half() -> (heap: Int, resident: Int) {
            let before = (heap: Int(tessera_heap_in_use()), resident: Self.resident)
            for round in 0..<rounds {
                body()
                if round % 256 == 0 { session.beat() }
            }
            return (Int(tessera_heap_in_use()) - before.heap, Self.resident - before.resident)
        }
        _ = half()
        let first = half()
        let second = half()
        let growth = min(first.heap, second.heap)
        let resident = min(first.resident, second.resident)
        session.check(
            .memory, growth < Self.allowance,
            "memory in use grew by \(growth >> 10) KB over \(rounds) \(many), and as much again over the next: "
                + "\(growth / rounds) bytes each")
        session.check(
            .memory, growth >= Self.allowance || resident < Self.residentAllowance,
            "resident memory grew by \(resident >> 10) KB over \(rounds) \(many), and as much again over the next, though "
                + "malloc gave out no more: \(resident / rounds) bytes each")
        session.figure("growth over \(rounds) \(many)", Double(max(0, growth)), "bytes")
        session.figure("the same in resident memory", Double(max(0, resident)), "bytes")
    }

    /// Bytes of this process that are in memory.
    private static var resident: Int {
        let fields = ((try? Files.read("/proc/self/statm")) ?? []).split(separator: UInt8(ascii: " "))
        return fields.count > 1 ? (Int(String(decoding: fields[1], as: UTF8.self)) ?? 0) * GuardedMemory.pageSize : 0
    }
}
