import Journeys
import Platform

/// `plugins.lock` of a plugin directory: which contents the operator (or `scripts/install`) vouches for.
/// `{"plugins": [{"file", "sha256", "isolation": "inproc" | "process", "secrets": bool, "memory_mb", "open_files",
/// "batch_cpu_seconds"}]}`; the last three, for a process of its own, may be left out.
struct PluginLock {
    struct Entry: Sendable, Hashable {
        enum Isolation: String, Sendable { case inproc, process }
        var isolation: Isolation
        /// Whether an isolated plugin may see secrets.
        var grantsSecrets: Bool
        /// What its own process may use; nil: the gateway's default.
        var memoryMegabytes: Int?
        var openFiles: Int?
        var batchProcessorSeconds: Int?
    }

    static let fileName = "plugins.lock"

    let path: String
    /// Why it vouches for nothing though it is there.
    private(set) var refusal: Refusal?
    private var entries: [String: Entry] = [:]

    /// An absent file vouches for nothing; neither does a broken one, or one that others can write to.
    init(directory: String) {
        path = directory.hasSuffix("/") ? directory + Self.fileName : "\(directory)/\(Self.fileName)"
        guard Files.exists(path) else { return }
        do {
            try FileTrust.check(path, what: "the lock file")
            try read(JSON.parse(Files.read(path)))
        } catch let error as Refusal {
            entries = [:]
            refusal = error
        } catch {
            entries = [:]
            refusal = Refusal("\(error)", isLasting: false)
        }
    }

    func entry(sha256: String) -> Entry? { entries[sha256] }

    private mutating func read(_ json: JSON) throws(Refusal) {
        guard let plugins = json["plugins"]?.arrayValue else { throw Refusal("\"plugins\" must be an array") }
        for (index, plugin) in plugins.enumerated() {
            guard let sha256 = plugin["sha256"]?.stringValue, sha256.utf8.count == 64 else {
                throw Refusal("/plugins/\(index)/sha256 must be 64 hex digits")
            }
            guard let isolation = (plugin["isolation"]?.stringValue).flatMap(Entry.Isolation.init(rawValue:)) else {
                throw Refusal("/plugins/\(index)/isolation must be \"inproc\" or \"process\"")
            }
            func limit(_ name: String, _ range: ClosedRange<Int64>) throws(Refusal) -> Int? {
                guard let value = plugin[name], value != .null else { return nil }
                guard let number = value.integerValue, range.contains(number) else {
                    throw Refusal(
                        "/plugins/\(index)/\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)"
                    )
                }
                return Int(number)
            }
            entries[sha256.lowercased()] = Entry(
                isolation: isolation, grantsSecrets: plugin["secrets"]?.boolValue ?? false,
                memoryMegabytes: try limit("memory_mb", 128...1_048_576),
                openFiles: try limit("open_files", 16...65_536),
                batchProcessorSeconds: try limit("batch_cpu_seconds", 1...86_400))
        }
    }
}

extension PluginLock.Entry {
    /// What its own process may use.
    func limits(_ defaults: IsolationLimits) -> IsolationLimits {
        var limits = defaults
        if let memoryMegabytes { limits.memoryBytes = UInt64(memoryMegabytes) << 20 }
        if let openFiles { limits.openFiles = UInt32(openFiles) }
        if let batchProcessorSeconds { limits.batchProcessorUs = Int64(batchProcessorSeconds) * 1_000_000 }
        return limits
    }
}
