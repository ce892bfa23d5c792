import Glibc

/// Whether only root and the gateway's own user could have made a file what it is: a plugin's code gets all that the
/// gateway may do.
enum FileTrust {
    /// - Parameter what: such as "the plugin directory".
    /// - Throws: a refusal with the remedy when somebody else may write to it, or owns it.
    static func check(owner: uid_t, mode: mode_t, _ path: String, what: String) throws(Refusal) {
        let user = geteuid()
        guard owner == 0 || owner == user else {
            throw Refusal(
                "\(what) belongs to user \(owner), not to root or the gateway's user \(user), so its owner could "
                    + "put any code into the gateway: chown it, such as chown root \(path)", isLasting: false)
        }
        let others = mode & (S_IWGRP | S_IWOTH)
        guard others == 0 else {
            let who = others & S_IWOTH != 0 ? "everybody" : "its group"
            throw Refusal(
                "\(what) can be written to by \(who), who could put any code into the gateway: chmod go-w \(path)",
                isLasting: false)
        }
    }

    /// The same for a directory or file by its path.
    static func check(_ path: String, what: String) throws(Refusal) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw Refusal("\(what) can't be looked at: \(String(cString: strerror(errno)))", isLasting: false)
        }
        try check(owner: status.st_uid, mode: status.st_mode, path, what: what)
    }
}
