import CTessera
import Columns
import Glibc
import Platform

/// Starts the plugin, uses it a little, retires it, and looks at what is left.
struct LifeSection {
    let session: CheckSession
    let path: String
    private static let patienceUs = 2_000_000

    func run() {
        let image = session.setUp("load the file") { try? PluginImage(path: path) }
        guard let image else { return }
        let plugin = CheckHost.table(path)
        let host = CheckHost(session: session)
        let threads = Self.threads
        let files = Self.files
        session.step("start") {
            let status = host.start(plugin)
            session.check(.tables, status == 0, "start returned \(status)")
            guard status == 0 else { return }
            session.part("open, run and close each type")
            let subject = CheckSubject(session: session, image: image, host: host, config: nil)
            for type in image.tileTypes {
                guard let tile = subject.openTile(type) else { continue }
                if tile.canRun { use(tile, host) }
                tile.close()
            }
            for type in image.connectorTypes { subject.openConnectors(type).forEach { $0.1.close() } }
            session.part("retire")
            plugin?.pointee.retire?()
            var waited = 0
            while Self.threads.count > threads.count, waited < Self.patienceUs {
                usleep(10_000)
                waited += 10_000
            }
            let left = Set(Self.threads.keys).subtracting(threads.keys)
            let names = left.compactMap { Self.threads[$0] }.sorted().joined(separator: ", ")
            session.check(
                .threadsLeft, left.isEmpty,
                "\(left.count) threads go on after retire (\(names)): end and join them there, since a swap leaves them "
                    + "behind each time")
            let open = Self.files.subtracting(files)
            session.check(
                .filesLeft, open.isEmpty,
                "\(open.count) file descriptors are still open after retire: close them there")
        }
    }

    /// Starts with a host that offers no service.
    func runBare() {
        let plugin = session.setUp("load the file") { CheckHost.table(path) }
        guard let plugin else { return }
        session.step("start with a host without services") {
            let status = CheckHost(session: session, hasServices: false).start(plugin)
            session.fact(
                status == 0 ? "starts without services too" : "refuses to start without them: status \(status)")
            if status == 0 { plugin.pointee.retire?() }
        }
    }

    private func use(_ tile: TileSubject, _ host: CheckHost) {
        let now = host.clock.now()
        let batch = tile.rows(.some, arrivedAt: now).batch(rows: 7)
        let lane = FastCall(isAsync: tile.info.isAsync, now: now, dryRun: tile.runsDry)
        batch.withArrow { schema, array in lane.run(tile, schema, array) }
    }

    /// Names by thread id.
    private static var threads: [String: String] {
        var names: [String: String] = [:]
        for id in (try? Files.list("/proc/self/task")) ?? [] {
            let name = (try? Files.read("/proc/self/task/\(id)/comm")).map { String(decoding: $0, as: UTF8.self) }
            names[id] = name?.split(separator: "\n").first.map(String.init) ?? "?"
        }
        return names
    }

    private static var files: Set<String> { Set((try? Files.list("/proc/self/fd")) ?? []) }
}
