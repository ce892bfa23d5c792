import CPlatform
import Glibc
import Platform

/// What of the file system a plugin's process can't use, though its user could: the gateway's data, whose databases and key
/// of the secrets are files of the same user, and the directories that plugins and programs come from, which it could write
/// itself into.
struct ClosedFiles: Sendable, Hashable {
    /// The gateway's data; nil: none is closed.
    var data: String?
    /// Directories that may be read only. The plugin store, inside the data, is one.
    var readOnly: [String]

    private enum Access { case all, reading, none }

    /// Closes them for good. The rest stays as it is: beside each directory on the way to a closed one, all others are
    /// allowed, as far as they are there now. Where the kernel has no Landlock nothing is closed.
    /// - Returns: whether it worked, or there is nothing to work with.
    func close() -> Bool {
        guard data != nil || !readOnly.isEmpty else { return true }
        let rules = tessera_file_rules()
        guard rules >= 0 else { return errno == ENOSYS || errno == EOPNOTSUPP }
        defer { Glibc.close(rules) }
        var closed: [String: Access] = [:]
        for directory in readOnly { if let path = Self.real(directory) { closed[path] = .reading } }
        if let data, let path = Self.real(data) { closed[path] = Access.none }
        allow(below: "", .all, closed, rules)
        return tessera_keep_to_files(rules) == 0
    }

    /// Whether the kernel can do it.
    static var isPossible: Bool {
        let rules = tessera_file_rules()
        if rules >= 0 { Glibc.close(rules) }
        return rules >= 0
    }

    /// Allows what lies in a directory that a closed one is below.
    private func allow(below parent: String, _ access: Access, _ closed: [String: Access], _ rules: Int32) {
        for name in (try? Files.list(parent.isEmpty ? "/" : parent)) ?? [] {
            let path = "\(parent)/\(name)"
            let access = closed[path] ?? access
            if closed.keys.contains(where: { $0.hasPrefix(path + "/") }) {
                allow(below: path, access, closed, rules)
            } else if access != .none {
                // What can't be allowed, such as a link, is reached by its own path.
                _ = tessera_allow_files(rules, path, access == .reading ? 1 : 0)
            }
        }
    }

    private static func real(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
