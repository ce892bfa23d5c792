import CPlatform
import Glibc
import Platform

/// Takes the gateway's data away from a plugin's process: databases and the key of the secrets are files of the same user.
enum ClosedDirectory {
    /// The rest of the file system stays as it is: beside each directory on the way to the closed one, all others are
    /// allowed, as far as they are there now. Where the kernel has no Landlock nothing is closed.
    ///
    /// - Parameters:
    ///   - directory: the gateway's data.
    ///   - store: a directory in it whose files can be read, since they are mapped.
    /// - Returns: whether it worked, or there is nothing to work with.
    static func close(_ directory: String, except store: String) -> Bool {
        guard let path = realpath(directory, nil) else { return true }
        defer { free(path) }
        let rules = tessera_file_rules()
        guard rules >= 0 else { return errno == ENOSYS || errno == EOPNOTSUPP }
        defer { Glibc.close(rules) }
        var parent = ""
        for component in String(cString: path).split(separator: "/") {
            for name in (try? Files.list(parent.isEmpty ? "/" : parent)) ?? [] where name != component {
                // What can't be allowed, such as a link, is reached by its own path.
                _ = tessera_allow_files(rules, "\(parent)/\(name)", 0)
            }
            parent += "/\(component)"
        }
        guard tessera_allow_files(rules, store, 1) == 0 else { return false }
        return tessera_keep_to_files(rules) == 0
    }
}
