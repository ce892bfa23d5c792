import Glibc
import Platform

/// How a process ended.
enum ProcessEnd: Sendable, Hashable {
    case exited(Int32)
    case signalled(Int32)

    init(status: Int32) {
        let signal = status & 0x7F
        self = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    }

    /// For operators: "crashed with SIGSEGV".
    var description: String {
        switch self {
        case .exited(let code): "ended its process with exit(\(code))"
        case .signalled(SIGXCPU): "used more processor time on one batch than it may"
        case .signalled(SIGKILL): "was killed"
        case .signalled(let signal): "crashed with \(Self.names[signal] ?? "signal \(signal)")"
        }
    }

    private static let names: [Int32: String] = [
        SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGILL: "SIGILL", SIGFPE: "SIGFPE",
        SIGTRAP: "SIGTRAP", SIGSYS: "SIGSYS", SIGTERM: "SIGTERM", SIGPIPE: "SIGPIPE",
    ]
}

/// A child process of ours, until it was waited for. Any thread.
final class ChildProcess: Sendable {
    let pid: pid_t
    private let end = Monitor<ProcessEnd?>(nil)

    init(pid: pid_t) { self.pid = pid }

    /// How it ended; nil while it runs. Never blocks.
    func poll() -> ProcessEnd? {
        end.withLock { end in
            if end != nil { return end }
            var status: Int32 = 0
            let waited = waitpid(pid, &status, WNOHANG)
            // Not ours any more: somebody else waited for it.
            if waited < 0, errno == ECHILD { end = .exited(-1) }
            if waited == pid { end = ProcessEnd(status: status) }
            return end
        }
    }

    /// Waits for its end, at most `microseconds` of real time.
    func wait(microseconds: Int64) -> ProcessEnd? {
        let deadline = MonotonicTime.now() + microseconds
        while true {
            if let end = poll() { return end }
            if MonotonicTime.now() >= deadline { return nil }
            usleep(500)
        }
    }

    /// Ends it for certain. When it had ended by itself, that end is told.
    func kill() -> ProcessEnd {
        // Under the lock it can't be waited for meanwhile, so the number is still its own.
        end.withLock { if $0 == nil { Glibc.kill(pid, SIGKILL) } }
        return wait(microseconds: 10_000_000) ?? .signalled(SIGKILL)
    }
}
