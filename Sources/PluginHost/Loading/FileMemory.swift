import Platform

/// What is known of files and contents in this process, so that looking through the directories every few seconds costs a
/// few calls of `stat`, and no content is probed twice.
final class FileMemory: Sendable {
    /// What an inspection found out about a content.
    struct Verdict: Sendable {
        /// Empty when it was refused before its id was known.
        var id = ""
        var version = ""
        var toolchain: String?
        /// Nil: nothing speaks against it so far.
        var refusal: Refusal?
    }

    private struct Known: Hashable {
        var fingerprint: PluginFile.Fingerprint
        var sha256: String

        init(fingerprint: PluginFile.Fingerprint, sha256: String) {
            self.fingerprint = fingerprint
            self.sha256 = sha256
        }

        init(_ file: PluginFile) { self.init(fingerprint: file.fingerprint, sha256: file.sha256) }
    }
    private struct State {
        var contents: [String: Known] = [:]
        var verdicts: [String: Verdict] = [:]
        /// Files as the last scan saw them.
        var scanned: [String: Known] = [:]
    }
    private let state = Monitor(State())

    /// The hash of a file that has not changed since it was read.
    func content(of path: String, _ fingerprint: PluginFile.Fingerprint) -> String? {
        state.withLock { state in
            guard let known = state.contents[path], known.fingerprint == fingerprint else { return nil }
            return known.sha256
        }
    }

    func remember(_ path: String, _ fingerprint: PluginFile.Fingerprint, _ sha256: String) {
        state.withLock { $0.contents[path] = Known(fingerprint: fingerprint, sha256: sha256) }
    }

    func verdict(_ sha256: String) -> Verdict? { state.withLock { $0.verdicts[sha256] } }
    func judge(_ sha256: String, _ verdict: Verdict) { state.withLock { $0.verdicts[sha256] = verdict } }

    /// Notes why a content whose inspection was fine is not taken after all.
    func refuse(_ sha256: String, _ refusal: Refusal) {
        state.withLock { $0.verdicts[sha256, default: Verdict()].refusal = refusal }
    }

    /// An operator asks: what was found out before counts no more.
    func forget(_ sha256: String) { state.withLock { $0.verdicts[sha256] = nil } }

    /// Whether the last scan saw this file as it is; nil when no scan has seen the path.
    func wasScanned(_ file: PluginFile) -> Bool? {
        state.withLock { $0.scanned[file.path].map { $0 == Known(file) } }
    }

    /// Ends a scan: these files are known from now on, others are forgotten.
    func scanned(_ files: [PluginFile], busy: [String]) {
        state.withLock { state in
            let before = state.scanned
            state.scanned = Dictionary(files.map { ($0.path, Known($0)) }) { $1 }
            // One that is being written keeps what it was before, so that it counts as changed once it is whole.
            for path in busy { state.scanned[path] = before[path] }
            let paths = Set(files.map(\.path))
            state.contents = state.contents.filter { paths.contains($0.key) }
        }
    }
}
