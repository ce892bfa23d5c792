import Glibc
import Platform

/// A child process whose standard output is read line by line. It leads a process group of its own, all of which is killed
/// when it has ended: nothing that a plugin started stays.
final class CheckProcess {
    enum Read {
        case line([UInt8])
        /// The child closed its output.
        case end
        /// Nothing came within the time.
        case silence
    }

    private let pid: pid_t
    private let output: Int32
    private var buffer: [UInt8] = []
    private var lines: [[UInt8]] = []
    private var isClosed = false
    private static let maxLine = 1 << 20
    /// How often more time is given to a child that a busy machine does not let work.
    private static let maxReprieves = 20

    /// - Parameter arguments: with the path of the program first.
    init(_ arguments: [String]) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("make a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        // The backtracer can hold a crashed child for minutes.
        let environment =
            ["SWIFT_BACKTRACE=enable=no"]
            + ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR"].compactMap { (name: String) -> String? in
                getenv(name).map { "\(name)=\(String(cString: $0))" }
            }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, arguments.first ?? "", &actions, &attributes, &argv, &envp)
        close(ends[1])
        output = ends[0]
        self.pid = pid
        if code != 0 {
            close(ends[0])
            throw SystemError("start \(arguments.first ?? "")", code: code)
        }
    }

    deinit { close(output) }

    /// The next line; waits for it.
    func line(withinUs limit: Int64) -> Read {
        let start = processorUs
        var (used, reprieves) = (Int64(0), 0)
        while lines.isEmpty {
            if isClosed { return .end }
            var poll = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let ready = Glibc.poll(&poll, 1, Int32(min(limit / 1000, 600_000)))
            if ready == 0 {
                // Who waits uses no processor, and who goes in circles all of one; between them is who gets too little of it.
                let now = processorUs - start
                guard now > used, now < limit, reprieves < Self.maxReprieves else { return .silence }
                (used, reprieves) = (now, reprieves + 1)
                continue
            }
            if ready < 0, errno == EINTR { continue }
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(output, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 || buffer.count > Self.maxLine {
                isClosed = true
                continue
            }
            buffer.append(contentsOf: chunk[..<count])
            let parts = buffer.split(separator: 10, omittingEmptySubsequences: false)
            lines = parts.dropLast().map(Array.init)
            buffer = parts.last.map(Array.init) ?? []
        }
        return .line(lines.removeFirst())
    }

    /// Of the processor, used by all its threads up to now.
    private var processorUs: Int64 {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    func kill() { _ = Glibc.kill(-pid, SIGKILL) }

    /// Waits for the end: the exit status, or 128 and the signal; nil for a child that closed its output and went on, so
    /// that it had to be killed.
    func wait() -> Int32? {
        var status: Int32 = 0
        var waited = 0
        var isKilled = false
        while waitpid(pid, &status, WNOHANG) == 0 {
            if waited > 2_000_000 {
                isKilled = true
                kill()
            }
            usleep(2000)
            waited += 2000
        }
        kill()
        if isKilled { return nil }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }
}
