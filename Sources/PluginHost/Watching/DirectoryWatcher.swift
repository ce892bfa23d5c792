import Glibc
import Platform

/// Tells when a file of the plugin directories is new, changed or gone and no longer being written, and when a lock file is.
///
/// A thread of its own waits for inotify's events. Besides it looks at names and `stat` every few seconds, for file systems
/// whose changes the kernel does not see (network shares) and for events that were lost.
public final class DirectoryWatcher: Sendable {
    private let thread: NativeThread
    private let stopping: StopSignal

    /// - Parameters:
    ///   - directories: need not exist yet; one that is removed and made again is watched again.
    ///   - interval: between two looks without an event, in microseconds.
    ///   - usesEvents: false looks only: for tests of that.
    ///   - finished: learns which files were closed or put in place; for whoever reads them in `onChange`.
    ///   - onChange: called on the watcher's thread, never twice at once: first at the beginning, then after each change. A
    ///     file that is still being written brings no call until it is finished, but a call that another file brings may find
    ///     it so: then `CompleteFile.read` says `busy`, and another call follows.
    public init(
        directories: [String], interval: Int64 = 5_000_000, usesEvents: Bool = true,
        finished: FinishedFiles = FinishedFiles(), log: Log,
        onChange: @escaping @Sendable () -> Void
    ) {
        let stopping = StopSignal()
        self.stopping = stopping
        thread = NativeThread(name: "plugin-watcher") {
            let events = usesEvents ? DirectoryEvents(directories, finished: finished) : nil
            if let events, events.descriptor < 0 {
                log.warning(
                    event: "inotify_missing",
                    "no inotify to be had: plugin directories are looked at from time to time",
                    ["reason": "\(SystemError("inotify_init"))"])
            }
            var look = DirectoryLook(directories, finished)
            var isForced = true
            while true {
                events?.renew()
                if look.findsChange() || isForced { onChange() }
                let wait = look.isPending ? min(interval, Self.pendingInterval) : interval
                guard stopping.wait(orFor: events?.descriptor ?? -1, microseconds: wait) else { return }
                isForced = events?.take() ?? false
            }
        }
        if !thread.isRunning {
            log.error(event: "plugins_not_watched", "plugin directories are not watched: no thread to be had")
        }
    }

    /// How often a file is looked at that somebody writes, in microseconds; its end mostly shows by an event.
    private static let pendingInterval: Int64 = 200_000

    /// Ends the thread and waits for it, and so for a call that is under way. Once; not from `onChange`.
    public func stop() {
        stopping.give()
        thread.join()
    }
}

/// What the watcher knows of the directories.
private struct DirectoryLook {
    private let directories: [String]
    private let finished: FinishedFiles
    /// As they were when they were last complete.
    private var known: [String: FileSignature] = [:]
    /// Whether a changed file is still being written.
    private(set) var isPending = false

    init(_ directories: [String], _ finished: FinishedFiles) {
        self.directories = directories
        self.finished = finished
    }

    /// Looks again. A file counts as changed once, when it is complete.
    mutating func findsChange() -> Bool {
        let now = DirectorySnapshot(directories)
        let gone = Set(known.keys).subtracting(now.files.keys)
        for path in gone { known[path] = nil }
        var isChanged = !gone.isEmpty
        isPending = false
        for path in now.changed(since: known) {
            if CompleteFile.isBusy(path, finished: finished) {
                isPending = true
            } else {
                known[path] = now.files[path]
                isChanged = true
            }
        }
        return isChanged
    }
}
