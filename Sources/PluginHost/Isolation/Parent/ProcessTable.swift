import Glibc
import Platform

/// Who is whose child, read from /proc.
enum ProcessTable {
    struct Entry: Sendable, Hashable {
        var pid: pid_t
        var parent: pid_t
        var session: pid_t
    }

    /// The children of a process that are there now, ended ones that nobody has waited for too.
    static func children(of parent: pid_t) -> [Entry] {
        guard let names = try? Files.list("/proc") else { return [] }
        return names.compactMap { pid_t($0) }.compactMap(entry).filter { $0.parent == parent }
    }

    private static func entry(_ pid: pid_t) -> Entry? {
        guard let bytes = try? Files.read("/proc/\(pid)/stat") else { return nil }
        // pid (name) state parent group session …: the name may hold anything, brackets and spaces too. man 5 proc
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 3, let parent = pid_t(fields[1]), let session = pid_t(fields[3]) else { return nil }
        return Entry(pid: pid, parent: parent, session: session)
    }
}
