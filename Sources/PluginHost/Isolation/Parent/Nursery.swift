import CPlatform
import Glibc
import Platform

/// Starts child processes from one thread that lives as long as the process: a child asks the kernel to die with the
/// *thread* that started it. Keeps account of them, so that what they leave behind can be ended.
final class Nursery: Sendable {
    /// The process has one, since children belong to a process.
    static let shared = Nursery()

    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var thread: NativeThread?
        /// Children that were started here and not waited for.
        var known: Set<pid_t> = []
        var isSubreaper = false
    }
    private let state = Monitor(State())

    /// From now on orphaned descendants become children of this process, and every child that was not started here is
    /// one: it is ended when it is found. Once, by a program that starts children by this way only; those that it was
    /// born with are left alone.
    func adoptOrphans() {
        guard tessera_become_subreaper() == 0 else { return }
        state.withLock { state in
            state.isSubreaper = true
            state.known.formUnion(ProcessTable.children(of: getpid()).map(\.pid))
        }
    }

    func start(_ launch: ChildLaunch) throws(SystemError) -> ChildProcess {
        let result = Monitor<Result<ChildProcess, SystemError>?>(nil)
        state.update { state in
            state.jobs.append { [self] in
                // Under the lock no search for strays can see it before it is known.
                let started = self.state.withLock { state in
                    Result { () throws(SystemError) -> ChildProcess in
                        let pid = try launch.spawn()
                        state.known.insert(pid)
                        return ChildProcess(pid: pid)
                    }
                }
                result.update { $0 = started }
            }
            if state.thread == nil {
                let thread = NativeThread(name: "nursery") { [self] in work() }
                thread.detach()
                state.thread = thread
            }
            if state.thread?.isRunning == false {
                state.thread = nil
                state.jobs.removeAll()
                result.update { $0 = .failure(SystemError("start a thread", code: EAGAIN)) }
            }
        }
        return try result.wait { $0 }.get()
    }

    /// A child has ended and was waited for: ends what it left behind.
    func ended(_ child: ChildProcess) {
        state.withLock { _ = $0.known.remove(child.pid) }
        endStrays(session: child.pid)
    }

    /// Ends orphans: members of the ended child's session and, in a subreaper, all children that nobody knows.
    private func endStrays(session: pid_t) {
        // What an orphan had started becomes ours with its end: look again until there is none.
        for _ in 0..<16 {
            let strays = state.withLock { state in
                ProcessTable.children(of: getpid()).filter { child in
                    !state.known.contains(child.pid) && (state.isSubreaper || child.session == session)
                }
            }
            if strays.isEmpty { return }
            for stray in strays { _ = ChildProcess(pid: stray.pid).kill() }
        }
    }

    private func work() {
        while true {
            let job = state.wait { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
            job()
        }
    }
}
