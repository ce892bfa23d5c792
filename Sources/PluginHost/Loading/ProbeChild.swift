import Glibc
import Journeys
import Platform

/// Runs the probe of one file in a process of its own, so that a plugin that crashes or hangs takes only that with it.
struct ProbeChild {
    private static let maxOutput = 1 << 20

    /// The command without the file.
    let command: [String]
    let timeoutUs: Int64

    /// - Throws: a refusal when the child crashed, hung or printed something else; a report's own refusal is in the report.
    func run(file: String) throws(Refusal) -> ProbeReport {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw cannotStart(SystemError("make a pipe")) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let pid: pid_t
        do {
            defer { close(ends[1]) }
            pid = try spawn(arguments: command + [file], output: ends[1])
        } catch {
            throw cannotStart(error)
        }
        let output = read(ends[0])
        if output == nil { kill(pid, SIGKILL) }
        // A child that closed its output and goes on is not waited for longer than one that says nothing.
        var status: Int32 = 0
        var waited: Int64 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            if waited > timeoutUs { kill(pid, SIGKILL) }
            usleep(2000)
            waited += 2000
        }
        guard let output else {
            // A slow machine is no fault of the file: it is tried again at the next start.
            throw Refusal("the plugin did not end its probe within \(timeoutUs / 1_000_000) s", isLasting: false)
        }
        let signal = status & 0x7F
        guard signal == 0 else {
            throw Refusal("the plugin crashed while it was probed (signal \(signal))", isLasting: signal != SIGKILL)
        }
        let code = (status >> 8) & 0xFF
        guard code == 0, let json = try? JSON.parse(output), let report = ProbeReport(json: json) else {
            throw Refusal("the plugin's probe ended with status \(code) and without a report")
        }
        return report
    }

    private func cannotStart(_ error: any Error) -> Refusal {
        Refusal("the plugin can't be probed: \(error)", isLasting: false)
    }

    private func spawn(arguments: [String], output: Int32) throws(SystemError) -> pid_t {
        guard let program = arguments.first else { throw SystemError("start the probe", code: ENOENT) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        Self.closeInherited(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals that the gateway blocks or ignores are none of the child's business.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // The backtracer can hold a crashed child for minutes. Secrets of our environment stay here.
        let environment =
            ["SWIFT_BACKTRACE=enable=no"]
            + ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR"].compactMap { (name: String) -> String? in
                getenv(name).map { "\(name)=\(String(cString: $0))" }
            }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw SystemError("start \(program)", code: code) }
        return pid
    }

    /// Our own descriptors are close-on-exec; those of libraries and plugins may not be.
    private static func closeInherited(_ actions: inout posix_spawn_file_actions_t) {
        typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        // GNU only, so not in Swift's Glibc module.
        if let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") {
            _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
        }
    }

    /// All that the child prints until it closes its end; nil when the time was up first. Real time: the child is real.
    private func read(_ descriptor: Int32) -> [UInt8]? {
        let clock = SystemTime()
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let left = timeoutUs - clock.elapsedUs
            guard left > 0 else { return nil }
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = Glibc.poll(&poll, 1, Int32(min(left / 1000 + 1, 60_000)))
            if ready < 0, errno != EINTR { return nil }
            guard ready > 0 else { continue }
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            if count == 0 { return output }
            if output.count + count > Self.maxOutput { return nil }
            output.append(contentsOf: buffer[..<count])
        }
    }
}

/// Real time that passed, unmoved by changes of the wall clock.
private struct SystemTime {
    private let start = SystemTime.now()

    var elapsedUs: Int64 { SystemTime.now() - start }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
