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

    /// Closes them for good.
    /// - Returns: whether it worked, or there is nothing to work with.
    func close() -> Bool {
        do throws(SystemError) {
            return try FileRules(self)?.keepTo() ?? true
        } catch {
            return false
        }
    }

    /// Whether the kernel can do it.
    static var isPossible: Bool {
        let rules = tessera_file_rules()
        if rules >= 0 { Glibc.close(rules) }
        return rules >= 0
    }
}
