import Journeys
import Platform

/// `plugins.lock` of a plugin directory: which contents the operator (or `scripts/install`) vouches for.
/// `{"plugins": [{"file", "sha256", "isolation": "inproc" | "process", "secrets": bool}]}`.
struct PluginLock {
    struct Entry: Sendable, Hashable {
        enum Isolation: String, Sendable { case inproc, process }
        var isolation: Isolation
        /// Whether an isolated plugin may see secrets.
        var grantsSecrets: Bool
        /// What its own process may use; nil: the gateway's defaults.
        var limits: IsolationLimits?
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
            entries[sha256.lowercased()] = Entry(
                isolation: isolation, grantsSecrets: plugin["secrets"]?.boolValue ?? false)
        }
    }
}
