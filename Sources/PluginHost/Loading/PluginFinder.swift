import Crypto
import Glibc
import Platform

/// Looks for `.so` files in the plugin directories.
struct PluginFinder {
    /// A plugin is read whole to be hashed: more than this is no plugin.
    static let maxFileSize = 512 << 20

    /// What a look through the directories gave.
    struct Findings {
        var files: [PluginFile] = []
        /// Directories, lock files and plugins that can't be trusted or read, by path.
        var refused: [(path: String, refusal: Refusal)] = []
        /// Files that somebody is writing to: they are looked at again.
        var busy: [String] = []
        /// One per directory that could be read, in their order.
        var locks: [PluginLock] = []

        /// What the lock files say of a content that comes from the store.
        func lock(sha256: String) -> PluginLock.Entry? {
            locks.reversed().lazy.compactMap { $0.entry(sha256: sha256) }.first
        }
    }

    let directories: [String]
    let finished: FinishedFiles
    let log: Log

    /// - Parameter known: files whose content was read before and has not changed since are not read again.
    func find(known: FileMemory) -> Findings {
        var findings = Findings()
        for (index, directory) in directories.enumerated() {
            do {
                try look(into: directory, index, known, &findings)
            } catch let refusal as Refusal {
                findings.refused.append((directory, refusal))
            } catch {
                log.warning(
                    event: "plugin_directory_unreadable", "a plugin directory can't be read",
                    ["directory": directory, "reason": "\(error)"])
            }
        }
        return findings
    }

    private func look(
        into directory: String, _ index: Int, _ known: FileMemory, _ findings: inout Findings
    ) throws {
        let names = try Files.list(directory).filter { $0.hasSuffix(".so") && !$0.hasPrefix(".") }
        try FileTrust.check(directory, what: "the plugin directory")
        let lock = PluginLock(directory: directory)
        if let refusal = lock.refusal {
            findings.refused.append(
                (
                    lock.path,
                    Refusal("plugins.lock is ignored and vouches for nothing: \(refusal.reason)", isLasting: false)
                )
            )
        }
        findings.locks.append(lock)
        for name in names {
            let path = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
            do {
                guard var file = try read(path, name, directory: index, known) else {
                    findings.busy.append(path)
                    continue
                }
                file.lock = lock.entry(sha256: file.sha256)
                findings.files.append(file)
            } catch let refusal as Refusal {
                findings.refused.append((path, refusal))
            } catch {
                findings.refused.append((path, Refusal("the file can't be read: \(error)", isLasting: false)))
            }
        }
    }

    /// Nil when the file is being written to.
    private func read(_ path: String, _ name: String, directory: Int, _ known: FileMemory) throws -> PluginFile? {
        var status = stat()
        // A file that was moved away since the listing comes up again under its new name.
        guard stat(path, &status) == 0 else { throw SystemError("look at \(path)") }
        let fingerprint = PluginFile.Fingerprint(status)
        var file = PluginFile(
            path: path, name: name, directory: directory, fingerprint: fingerprint,
            changed: Int64(status.st_ctim.tv_sec) * 1_000_000 + Int64(status.st_ctim.tv_nsec) / 1000, sha256: "",
            bytes: nil, lock: nil)
        if let sha256 = known.content(of: path, fingerprint) {
            try FileTrust.check(owner: status.st_uid, mode: status.st_mode, path, what: "the file")
            file.sha256 = sha256
            return file
        }
        let whole: CompleteFile
        do {
            whole = try CompleteFile.read(path, limit: Self.maxFileSize, finished: finished)
        } catch CompleteFile.Failure.busy {
            return nil
        } catch let failure as CompleteFile.Failure {
            throw Refusal("\(failure)", isLasting: false)
        }
        // Of what was read, whatever has the name by now.
        try FileTrust.check(owner: whole.owner, mode: whole.mode, path, what: "the file")
        guard stat(path, &status) == 0, PluginFile.Fingerprint(status) == fingerprint else { return nil }
        file.sha256 = Crypto.hex(Crypto.sha256(whole.bytes))
        file.bytes = whole.bytes
        if fingerprint.isSettled { known.remember(path, fingerprint, file.sha256) }
        return file
    }
}
