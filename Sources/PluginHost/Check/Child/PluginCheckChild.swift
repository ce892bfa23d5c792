import CPlatform
import CTessera
import Glibc
import Journeys
import Platform

/// The process in which one section of a check uses the plugin: `tessera-plugin-host check SECTION FILE TYPE FROM PATIENCE
/// [CONFIG]`. What it finds goes to standard output, a line of JSON each.
public enum PluginCheckChild {
    /// - Parameter arguments: those after `check`.
    /// - Returns: the exit status: 2 for wrong arguments. The caller ends the process at once: threads of the plugin may
    ///   still be at work.
    public static func run(_ arguments: [String]) -> Int32 {
        guard arguments.count >= 5, let section = CheckSection(rawValue: arguments[0]),
            let from = Int(arguments[3]), let patience = Int64(arguments[4])
        else { return 2 }
        // Standard output is the plugin's to write to: it goes nowhere.
        let channel = dup(1)
        let nowhere = open("/dev/null", O_WRONLY)
        dup2(nowhere, 1)
        close(nowhere)
        _ = fcntl(channel, F_SETFD, FD_CLOEXEC)
        _ = tessera_die_with_parent()
        let session = CheckSession(channel: channel, from: from, patienceUs: patience)
        let config = arguments.count > 5 ? (try? Files.read(arguments[5])).flatMap { try? JSON.parse($0) } : nil
        do throws(Refusal) {
            // As in a gateway: what is refused there is refused here, and the machine is safe from what is checked.
            try Confinement.enter(IsolationLimits())
        } catch {
            session.fact("not confined: \(error.reason)")
        }
        FaultCatcher.install(channel: channel)
        run(section, session, path: arguments[1], type: arguments[2], config)
        session.end()
        return 0
    }

    private static func run(
        _ section: CheckSection, _ session: CheckSession, path: String, type: String, _ config: JSON?
    ) {
        switch section {
        case .tables: return TablesSection(session: session, path: path).run()
        case .life: return LifeSection(session: session, path: path).run()
        case .bare: return LifeSection(session: session, path: path).runBare()
        default: break
        }
        guard let image = session.setUp("load the file", { try? PluginImage(path: path) }) else { return }
        let host = CheckHost(session: session)
        guard session.setUp("start", { host.start(CheckHost.table(path)) }) == 0 else {
            return session.fact("not checked: start failed")
        }
        let subject = CheckSubject(session: session, image: image, host: host, config: config)
        if let tile = subject.tile(type) {
            switch section {
            case .open: OpenSection(subject).tile(tile)
            case .run: RunSection(subject: subject, type: tile).run()
            case .threads: ThreadsSection(subject: subject, type: tile).run()
            case .speed: SpeedSection(subject).tile(tile)
            case .memory: MemorySection(subject).tile(tile)
            default: break
            }
        } else if let connector = subject.connector(type) {
            switch section {
            case .open: OpenSection(subject).connector(connector)
            case .build: BuildSection(subject: subject, type: connector).run()
            case .classify: ClassifySection(subject: subject, type: connector).run()
            case .speed: SpeedSection(subject).connector(connector)
            case .memory: MemorySection(subject).connector(connector)
            default: break
            }
        }
        // Had one of these been broken, the process would have ended there.
        if section.guardsMemory {
            for rule in [CheckRule.lentConst, .lentKept, .lentBounds] { session.check(rule, true, "") }
        }
    }
}

/// A part of the check that has a process of its own. The raw value is its stable name.
enum CheckSection: String, CaseIterable {
    case tables, open, run, threads, build, classify, speed, memory, bare, life

    /// Whether what is lent in it stands in guarded memory.
    var guardsMemory: Bool {
        switch self {
        case .open, .run, .threads, .build, .classify: true
        default: false
        }
    }

    static let ofTiles: [CheckSection] = [.open, .run, .threads, .speed, .memory]
    static let ofConnectors: [CheckSection] = [.open, .build, .classify, .speed, .memory]
}
