import CPlatform
import Glibc
import Platform

/// The kernel's rules (Landlock) that close `ClosedFiles`. To write them down takes a call for each name beside the directories
/// on the way to a closed one, thousands below a `/tmp`: so several processes may keep to the same rules, which they inherit.
final class FileRules: Sendable {
    /// Closed in programs that are started, unless they are given it.
    let descriptor: Int32

    private enum Access { case all, reading, none }

    /// Rules for what is there now: beside each directory on the way to a closed one all others are allowed. Nil where nothing
    /// is to be closed, or the kernel has no Landlock.
    init?(_ files: ClosedFiles) throws(SystemError) {
        guard files.data != nil || !files.readOnly.isEmpty else { return nil }
        let rules = tessera_file_rules()
        if rules < 0, errno == ENOSYS || errno == EOPNOTSUPP { return nil }
        guard rules >= 0 else { throw SystemError("make rules for files") }
        descriptor = rules
        var closed: [String: Access] = [:]
        for directory in files.readOnly { if let path = Self.real(directory) { closed[path] = .reading } }
        if let data = files.data, let path = Self.real(data) { closed[path] = Access.none }
        var ways: Set<String> = []
        for path in closed.keys {
            var parent = path[...]
            while let slash = parent.lastIndex(of: "/") {
                parent = parent[..<slash]
                ways.insert(String(parent))
            }
        }
        allow(below: "", .all, closed, ways)
    }

    deinit { close(descriptor) }

    /// From now on this process, and all that it starts, keeps to them.
    func keepTo() -> Bool { tessera_keep_to_files(descriptor) == 0 }

    /// Allows what lies in a directory that a closed one is below.
    /// - Parameter ways: the directories that have a closed one below them.
    private func allow(below parent: String, _ access: Access, _ closed: [String: Access], _ ways: Set<String>) {
        for name in (try? Files.list(parent.isEmpty ? "/" : parent)) ?? [] {
            let path = "\(parent)/\(name)"
            let access = closed[path] ?? access
            if ways.contains(path) {
                allow(below: path, access, closed, ways)
            } else if access != .none {
                // What can't be allowed, such as a link, is reached by its own path.
                _ = tessera_allow_files(descriptor, path, access == .reading ? 1 : 0)
            }
        }
    }

    private static func real(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
