import Glibc
import Platform

/// inotify over the plugin directories and what lies above them, so that one that is made later is seen. One thread.
final class DirectoryEvents {
    /// Becomes readable at an event; -1 when the system has no inotify left to give.
    let descriptor: Int32
    private let directories: [String]
    private let finished: FinishedFiles
    private var watches: Set<Int32> = []
    /// The plugin directories by their watches.
    private var watched: [Int32: [String]] = [:]

    private static let inside =
        UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_CREATE) | UInt32(IN_DELETE)
        | UInt32(IN_ATTRIB) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF)
    private static let above = UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE)

    /// - Parameter finished: is told of files that are closed or put in place.
    init(_ directories: [String], finished: FinishedFiles) {
        self.directories = directories
        self.finished = finished
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Watches what is there now: to be called before each look at the directories, so that nothing falls between. Watching
    /// the same again changes nothing; a directory that was replaced under its name is another one.
    func renew() {
        guard descriptor >= 0 else { return }
        var now: Set<Int32> = []
        watched = [:]
        for directory in directories {
            var path = directory
            if let watch = add(path, Self.inside) {
                now.insert(watch)
                watched[watch, default: []].append(directory)
            }
            // The nearest directory above that exists. Added to what is asked for it already, if it is one of ours.
            repeat {
                path = Files.parent(of: path)
                if let watch = add(path, Self.above | UInt32(IN_MASK_ADD)) {
                    now.insert(watch)
                    break
                }
            } while path != "/" && path != "."
        }
        for watch in watches.subtracting(now) { inotify_rm_watch(descriptor, watch) }
        watches = now
    }

    private func add(_ path: String, _ mask: UInt32) -> Int32? {
        let watch = inotify_add_watch(descriptor, path, mask | UInt32(IN_ONLYDIR))
        return watch >= 0 ? watch : nil
    }

    /// Takes all events that have come. Gives whether one of them says that a file was closed by a writer or put in place
    /// (or that events were lost): then the directories are looked through though `stat` may show nothing new.
    func take() -> Bool {
        guard descriptor >= 0 else { return false }
        var isFinished = false
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return isFinished }
            buffer.withUnsafeBytes { bytes in
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let start = offset + MemoryLayout<inotify_event>.size
                    offset = start + Int(event.len)
                    guard offset <= count else { return }
                    let name = String(decoding: bytes[start..<offset].prefix { $0 != 0 }, as: UTF8.self)
                    let closed = event.mask & (UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO)) != 0
                    if closed && DirectorySnapshot.isWatched(name) {
                        isFinished = true
                        for directory in watched[event.wd] ?? [] {
                            finished.note(DirectorySnapshot.path(name, in: directory))
                        }
                    }
                    if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { isFinished = true }
                }
            }
        }
    }
}
