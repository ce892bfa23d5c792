import Glibc
import Platform

/// Child processes whose output goes to files.
public enum ChildProcess {
    /// Starts a program; what it prints is written to `output`, what it complains about is added to `errors`.
    public static func spawn(_ arguments: [String], output: String, errors: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // Sockets and locks of the tests are none of its business.
        for name in try Files.list("/proc/self/fd") {
            if let descriptor = Int32(name), descriptor > 2 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        // Held by the backtracer, a crashed child would take minutes to end.
        var envp: [UnsafeMutablePointer<CChar>?] =
            environment().map { strdup($0) } + [strdup("SWIFT_BACKTRACE=enable=no"), nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, arguments[0], &actions, nil, &argv, &envp)
        guard code == 0 else { throw SystemError("start \(arguments[0])", code: code) }
        return pid
    }

    /// Waits for the end; the exit status, or 128 and the signal.
    public static func wait(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return meaning(status)
    }

    /// The exit status if the process has ended; it is gone then.
    public static func poll(_ pid: pid_t) -> Int32? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? meaning(status) : nil
    }

    private static func meaning(_ status: Int32) -> Int32 {
        status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    private static func environment() -> [String] {
        var result: [String] = []
        var entry = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            if !line.hasPrefix("SWIFT_BACKTRACE=") { result.append(line) }
            entry += 1
        }
        return result
    }
}
